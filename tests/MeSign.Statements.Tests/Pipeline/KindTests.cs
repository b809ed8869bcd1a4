using System.Text.Json.Nodes;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;
using MeSign.Statements.Tests.Cli;
using MeSign.Statements.Tests.Fixtures;
using MimeKit;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What a recipient gets of the kinds besides a statement: opened as a person opens it.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class KindTests(SandboxFixture fixture)
{
    [Fact]
    public async Task A_code_is_short_urgent_says_what_it_is_for_and_expires()
    {
        await using var run = await fixture.StartAsync();
        var job = Job("code", new JsonObject { ["code"] = "481 516", ["purpose"] = "sign in" });

        var (mail, opened) = await SendAsync(run, job);

        (await run.RowAsync(job)).Expires!.Value.ShouldBe(run.Time.GetUtcNow().AddMinutes(15), TimeSpan.FromMinutes(1));
        mail.Importance.ShouldBe(MessageImportance.High);
        mail.XPriority.ShouldBe(XMessagePriority.Highest);
        MimeKit.Utils.DateUtils.TryParse(mail.Headers["Expires"], out var expires).ShouldBeTrue();
        expires.ShouldBe(run.Time.GetUtcNow().AddMinutes(15), TimeSpan.FromMinutes(1));
        mail.Headers[HeaderId.AutoSubmitted].ShouldBe("auto-generated");
        mail.Subject!.ShouldNotContain("481");
        opened.ShouldMatch(@"Subject\s+Your verification code from");
        opened.ShouldContain("    481 516");
        opened.ShouldContain($"is your code to sign in. It is valid until {expires:HH:mm} UTC.");
    }

    [Fact]
    public async Task A_code_whose_time_is_over_is_not_sent()
    {
        await using var run = await fixture.StartAsync();
        var job = Job("code", new JsonObject { ["code"] = "481 516", ["purpose"] = "sign in" });
        await run.SendAsync(job);
        await run.WorkAsync(StorageNames.Jobs);
        run.Time.Advance(TimeSpan.FromMinutes(16));

        await run.WorkAsync(StorageNames.Deliveries);

        (await run.RowAsync(job)).State.ShouldBe(StatementState.Expired);
        run.Mail.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_secure_message_is_a_person_s_text_with_or_without_a_document(bool withDocument)
    {
        await using var run = await fixture.StartAsync();
        var job = Job("message", new JsonObject { ["subject"] = "Your question of 3 November", ["body"] = "First line\n\nLast line" }, withDocument);

        var (mail, opened) = await SendAsync(run, job);

        mail.Headers[HeaderId.AutoSubmitted].ShouldBeNull();
        mail.Subject!.ShouldNotContain("question");
        opened.ShouldMatch(@"Subject\s+Your question of 3 November");
        opened.ShouldContain("    First line");
        opened.Contains("Attached PDF", StringComparison.Ordinal).ShouldBe(withDocument, opened);
    }

    [Fact]
    public async Task An_arabic_statement_goes_the_whole_way()
    {
        await using var run = await fixture.StartAsync();
        var job = TestJob.For(SandboxFixture.Rsa).With(body => body["recipient"]!["locale"] = "ar-EG");

        var (mail, opened) = await SendAsync(run, job);

        mail.Date.ShouldBe(run.Time.GetUtcNow(), TimeSpan.FromMinutes(5));
        opened.ShouldContain("كشف حسابك عن");
        opened.ShouldMatch(@"Attached PDF\s+valid: statement.pdf");
    }

    private static TestJob Job(string kind, JsonObject fields, bool withDocument = false) => TestJob.For(SandboxFixture.Rsa).With(body =>
    {
        body["kind"] = kind;
        body["fields"] = fields;
        if (!withDocument)
            body.Remove("document");
    });

    /// <returns>The message as it travelled, and what <c>mesign open</c> says of it, which ends with 0.</returns>
    private async Task<(MimeMessage Mail, string Opened)> SendAsync(PipelineRun run, TestJob job)
    {
        await run.SendAsync(job);
        await run.SealAndDeliverAsync();
        var path = run.Mail.ShouldHaveSingleItem().Path;
        var folder = fixture.Sandbox.Folder;
        var opened = await CommandRun.OfAsync("open", path, "--trust", folder.Root, "--key", Path.Combine(folder.Recipients, SandboxFixture.Rsa + ".pem"));
        opened.ExitCode.ShouldBe(0, opened.Output + opened.Error);
        return (await MimeMessage.LoadAsync(path, TestContext.Current.CancellationToken), opened.Output);
    }
}
