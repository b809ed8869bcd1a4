using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>The issuer's archive opens every encrypted message, for as long as its certificate is valid.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class ArchiveTests(SandboxFixture fixture) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mesign-archive-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_certificate_that_expires_while_the_process_runs_stops_encryption_and_nothing_is_spent()
    {
        using var key = RSA.Create(2048);
        using var archive = TestAuthority.Shared.Issue(key, usage: X509KeyUsageFlags.KeyEncipherment, notAfter: TimeProvider.System.GetUtcNow().AddHours(1));
        var path = Path.Combine(_folder.FullName, "archive.pem");
        await File.WriteAllTextAsync(path, archive.ExportCertificatePem(), TestContext.Current.CancellationToken);
        await using var run = await fixture.StartAsync(("MeSign:Issuers:example-bank:Sealing:ArchiveCertificate", path));
        var before = TestJob.For(SandboxFixture.Rsa, "before");
        await run.SendAsync(before);
        await run.SealAndDeliverAsync();
        var spent = run.Stamps;
        run.Time.Advance(TimeSpan.FromHours(2));
        var after = TestJob.For(SandboxFixture.Rsa, "after");
        await run.SendAsync(after);

        await run.WorkAsync(StorageNames.Jobs);

        (await run.RowAsync(before)).EncryptedTo.ShouldContain(archive.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());
        (await run.RowAsync(after)).State.ShouldBe(StatementState.Received);
        await run.ShouldHaveQueuedAsync(jobs: 1);
        run.Mail.ShouldHaveSingleItem();
        run.Stamps.ShouldBe(spent);
        run.Logs.Lines.ShouldContain(line => line.Text.Contains("the archive certificate of issuer example-bank is valid from", StringComparison.Ordinal));
    }
}
