using System.Text.Json;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Sandbox;

/// <summary>The demo as a developer runs it: a process of its own, judged by what it leaves and by other programs.</summary>
public sealed class DemoTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "MeSign.Statements.Sandbox.dll");

    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("mesign-demo-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public async Task Accounts_for_every_statement_and_leaves_what_others_can_check()
    {
        var demo = await ExternalProgram.RunAsync("dotnet", _parent.FullName, Program, "--count", "20", "--out", "demo");

        demo.ShouldSucceed();
        demo.Output.ShouldContain("Every one of 20 statements is accounted for");
        var folder = Path.Combine(_parent.FullName, "demo");
        using var outcomes = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "outcomes.json"), Cancellation));
        Accounts(outcomes, folder);
        await JudgeAsync(outcomes.RootElement.EnumerateArray().First(IsEncrypted), folder);
    }

    [Fact]
    public async Task Refuses_a_count_that_it_cannot_fill()
    {
        var demo = await ExternalProgram.RunAsync("dotnet", _parent.FullName, Program, "--count", "3", "--out", "demo");

        demo.ExitCode.ShouldBe(2);
        demo.Output.ShouldContain("--count is from 10 to 10000.");
        _parent.EnumerateFileSystemInfos().ShouldBeEmpty();
    }

    private static void Accounts(JsonDocument outcomes, string folder)
    {
        var all = outcomes.RootElement.EnumerateArray().ToList();
        all.Select(outcome => Text(outcome, "actual")).CountBy(actual => actual!).OrderBy(count => count.Key, StringComparer.Ordinal).ShouldBe(
        [
            new("Failed DocumentNotPdf", 1),
            new("Failed UnreadableJob", 1),
            new("Held", 2),
            new("Relayed, encrypted", 15),
            new("Relayed, signed only", 1),
        ]);
        all.Select(outcome => Text(outcome, "job")).Distinct(StringComparer.Ordinal).Count().ShouldBe(20);
        all.ShouldAllBe(outcome => outcome.GetProperty("problems").GetArrayLength() == 0 && Text(outcome, "expected") == Text(outcome, "actual"));
        all.Select(outcome => Text(outcome, "detail")).Where(detail => detail?.Contains("Expired", StringComparison.Ordinal) == true).ShouldHaveSingleItem();

        var named = all.SelectMany(outcome => new[] { Text(outcome, "mail"), Text(outcome, "original"), Text(outcome, "signed") }).OfType<string>().ToList();
        var there = new[] { "mail", "documents" }
            .SelectMany(part => Directory.EnumerateFiles(Path.Combine(folder, part), "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'));
        there.ShouldBe(named, ignoreOrder: true);
    }

    private async Task JudgeAsync(JsonElement outcome, string folder)
    {
        var recipient = Path.Combine(folder, "recipients", Text(outcome, "recipient")!);
        var (original, signed) = (Path.Combine(folder, Text(outcome, "original")!), Path.Combine(folder, Text(outcome, "signed")!));

        (await ExternalProgram.RunAsync(
            "openssl", _parent.FullName, "cms", "-decrypt", "-in", Path.Combine(folder, Text(outcome, "mail")!),
            "-recip", recipient + ".pem", "-inkey", recipient + ".key", "-out", "signed.eml")).ShouldSucceed();
        (await ExternalProgram.RunAsync(
            "openssl", _parent.FullName, "cms", "-verify", "-in", "signed.eml", "-CAfile", Path.Combine(folder, "root.pem"),
            "-purpose", "smimesign", "-out", "message.txt")).ShouldSucceed();

        var pdf = await ExternalProgram.RunAsync("pdfsig", _parent.FullName, "-nocert", signed);
        pdf.ShouldSucceed().Output.ShouldContain("Signature is Valid");
        pdf.Output.ShouldContain("Total document signed");
        (await ExternalProgram.RunAsync("qpdf", _parent.FullName, "--check", signed)).ShouldSucceed();
        var before = await File.ReadAllBytesAsync(original, Cancellation);
        (await File.ReadAllBytesAsync(signed, Cancellation)).AsSpan().StartsWith(before).ShouldBeTrue();
    }

    private static bool IsEncrypted(JsonElement outcome) => outcome.GetProperty("encrypted").ValueKind == JsonValueKind.True && Text(outcome, "mail") is not null;

    private static string? Text(JsonElement outcome, string name) => outcome.GetProperty(name).GetString();
}
