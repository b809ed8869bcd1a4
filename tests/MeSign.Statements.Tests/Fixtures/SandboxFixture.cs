using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>
/// The authority, the timestamp server and the relay that the pipeline's tests share. They misbehave on request, so the
/// classes of this collection run one after the other; storage is a new account for each test.
/// </summary>
public sealed class SandboxFixture(AzuriteFixture azurite) : IAsyncLifetime
{
    public const string Collection = "Pipeline";

    internal const string Rsa = "rsa@example.test";
    internal const string Ec = "ec@example.test";
    internal const string Expired = "expired@example.test";
    internal const string International = "jiří@example.test";
    internal const string Nobody = "nobody@example.test";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-pipeline-");
    private RunningSandbox? _sandbox;

    internal RunningSandbox Sandbox => _sandbox!;

    public async ValueTask InitializeAsync() => _sandbox = await RunningSandbox.StartAsync(
        new SandboxOptions
        {
            Folder = _folder.FullName,
            Recipients =
            [
                new RecipientOrder(Rsa, "Rosa", KeyKind.Rsa2048),
                new RecipientOrder(Ec, "Emil", KeyKind.P256),
                new RecipientOrder(International, "Jiří", KeyKind.P256),
                new RecipientOrder(Expired, "Edda", KeyKind.P256, RecipientFault.Expired),
            ],
        },
        Console.Error.WriteLine,
        TestContext.Current.CancellationToken);

    /// <summary>The pipeline over an empty account, with everything around it behaving.</summary>
    internal async Task<PipelineRun> StartAsync(params (string Name, string Value)[] settings)
    {
        Sandbox.Sink.Behave();
        Sandbox.Timestamps.Behave();
        return await PipelineRun.StartAsync(Sandbox, await azurite.NewAccountAsync(), settings);
    }

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
            await _sandbox.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

[CollectionDefinition(SandboxFixture.Collection)]
public sealed class SandboxCollection : ICollectionFixture<SandboxFixture>;
