using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Sealing;

/// <summary>What must not get into a message.</summary>
public class MessageContentTests
{
    [Theory]
    [InlineData("<img src=https://bank.test/logo.png>")]
    [InlineData("<IMG SRC='data:image/png;base64,AA=='>")]
    [InlineData("<img srcset=//bank.test/a>")]
    [InlineData("<td background=http://bank.test/a>")]
    [InlineData("<p style='background:url(https://bank.test/a)'>")]
    [InlineData("<p style='background:u\\72l(https://bank.test/a)'>")]
    [InlineData("<p style='background:&#117;rl(https://bank.test/a)'>")]
    [InlineData("<style>@import 'https://bank.test/a.css';</style>")]
    [InlineData("<style>p { background: url(https://bank.test/a) }</style>")]
    [InlineData("<link rel=stylesheet href=https://bank.test/a.css>")]
    [InlineData("<script>1</script>")]
    [InlineData("<p onclick='x()'>")]
    [InlineData("<a href='javascript:x()'>x</a>")]
    [InlineData("<meta http-equiv=refresh content='0;url=https://bank.test'>")]
    [InlineData("<form action=https://bank.test></form>")]
    public void Html_that_fetches_or_runs_something_is_refused(string html)
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllText(Path.Join(folder, "statement", "en.html.liquid"), $"<p>before</p>{html}");

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldContain("statement/en.html.liquid makes HTML with <");
    }

    [Fact]
    public void A_link_that_a_reader_may_follow_is_no_remote_content()
    {
        using var sealing = new SealingBench();
        using var bench = new Workbench();
        var folder = Folder(bench, "text");
        File.WriteAllText(Path.Join(folder, "statement", "en.html.liquid"),
            "<style>p { color: red }</style><p style='color:red'>url(x) <a href='https://bank.test'>bank</a> <a href='mailto:care@bank.test'>care</a></p>");

        sealing.Composer.Compose(SealingBench.Job(), SealingBench.Issuer(templates: folder), null).Html.ShouldContain("href='https://bank.test'");
    }

    [Fact]
    public void A_subject_that_turns_its_direction_is_refused()
    {
        using var sealing = new SealingBench();

        var failure = Should.Throw<StatementFailedException>(() =>
            sealing.Composer.Compose(SealingBench.Job("""{ "subject": "Invoice \u202efdp.exe", "body": "x" }""", JobKind.Message), SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.UnsafeHeader);
        failure.Detail.ShouldContain("direction");
    }

    [Theory]
    [InlineData("Novák\r\nBcc: all@example.test")]
    [InlineData("Nov\u0000ák")]
    [InlineData("Nov\u2028ák")]
    public void A_name_that_would_break_a_header_is_refused(string name)
    {
        using var sealing = new SealingBench();

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(SealingBench.Job(name: name), SealingBench.Issuer(), null))
            .Code.ShouldBe(FailureCode.UnsafeHeader);
    }

    [Fact]
    public void A_subject_of_two_lines_is_refused()
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job("""{ "subject": "One\r\nBcc: all@example.test", "body": "x" }""", JobKind.Message);

        Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(job, SealingBench.Issuer(), null))
            .Code.ShouldBe(FailureCode.UnsafeHeader);
    }

    [Theory]
    [InlineData("831044", "831044 is your code")]
    [InlineData("831 044", "Code: 831-044")]
    [InlineData("ab-12", "AB12 is your code")]
    public void A_code_never_gets_into_the_subject(string code, string subject)
    {
        using var sealing = new SealingBench();
        var job = SealingBench.Job($$"""{ "code": "{{code}}", "subject": "{{subject}}", "body": "x" }""", JobKind.Code, template: "message");

        var failure = Should.Throw<StatementFailedException>(() => sealing.Composer.Compose(job, SealingBench.Issuer(), null));

        failure.Code.ShouldBe(FailureCode.TemplateFailed);
        failure.Detail.ShouldNotContain(code);
    }

    private static string Folder(Workbench bench, string text)
    {
        var folder = Directory.CreateDirectory(bench.Path("templates/statement")).FullName;
        File.WriteAllText(Path.Join(folder, "en.subject.liquid"), "Subject\n");
        File.WriteAllText(Path.Join(folder, "en.text.liquid"), text);
        File.WriteAllText(Path.Join(folder, "en.html.liquid"), "<p>html</p>");
        return bench.Path("templates");
    }
}
