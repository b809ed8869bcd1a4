using System.Text.Json;
using System.Text.RegularExpressions;
using MeSign.Statements.Delivery;
using MeSign.Statements.Delivery.Bounces;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Ledger;
using MeSign.Statements.Operations;
using MeSign.Statements.Recipients;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Tests;

public partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static readonly string SettingsPage = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));

    private static readonly IReadOnlyDictionary<string, string> Sample = ReadSample();

    [Fact]
    public void Lists_every_failure_code_once()
    {
        var section = Readme[Readme.IndexOf("| code of a Failed job", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];

        FirstCells(section).Skip(2).ShouldBe(Enum.GetNames<FailureCode>(), ignoreOrder: true);
    }

    [Fact]
    public void Lists_every_state_once()
    {
        var section = Readme[Readme.IndexOf("| state |", StringComparison.Ordinal)..Readme.IndexOf("| code of a Failed job", StringComparison.Ordinal)];

        FirstCells(section).Skip(2).Select(cell => cell.Trim('*')).ShouldBe(Enum.GetNames<StatementState>(), ignoreOrder: true);
    }

    [Fact]
    public void Shows_a_job_and_an_order_that_are_read_as_they_stand()
    {
        var job = new JobReader().Read(new BinaryData(Between("<<'JSON'\n", "\nJSON\n")));
        var order = BatchOrder.Read(new BinaryData(Between("```json\n", "```")));

        job.Kind.ShouldBe(JobKind.Statement);
        order.Manifest.ShouldEndWith(".jsonl");
    }

    [Fact]
    public void Names_files_and_projects_that_exist()
    {
        var links = Link().Matches(Readme).Select(match => match.Groups[1].Value).Where(link => !link.Contains("://", StringComparison.Ordinal));
        var projects = ProjectName().Matches(Readme).Select(match => match.Value.TrimEnd('.'));

        links.Concat(projects).Append("tests/run.sh").Where(path => !Path.Exists(Path.Combine(Repository.Root, path))).ShouldBeEmpty();
    }

    [Fact]
    public void Explains_every_setting_of_the_sample()
    {
        var missing = Sample.Keys.Where(key => key.StartsWith("MeSign__", StringComparison.Ordinal) && !SettingsPage.Contains($"__{NameOf(key)}", StringComparison.Ordinal));

        missing.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("MeSign__Ledger", typeof(LedgerOptions))]
    [InlineData("MeSign__Intake", typeof(IntakeOptions))]
    [InlineData("MeSign__Sweep", typeof(SweepOptions))]
    [InlineData("MeSign__Issuers__northbank", typeof(IssuerOptions))]
    [InlineData("MeSign__Issuers__northbank__Pdf", typeof(IssuerPdfOptions))]
    [InlineData("MeSign__Issuers__northbank__Sealing", typeof(IssuerSealingOptions))]
    [InlineData("MeSign__Issuers__northbank__Dkim__0", typeof(DkimOptions))]
    [InlineData("MeSign__Timestamps", typeof(TimestampOptions))]
    [InlineData("MeSign__Revocation", typeof(RevocationOptions))]
    [InlineData("MeSign__Recipients", typeof(RecipientOptions))]
    [InlineData("MeSign__Sealing", typeof(SealingOptions))]
    [InlineData("MeSign__Relays__main", typeof(RelayOptions))]
    [InlineData("MeSign__Delivery", typeof(DeliveryOptions))]
    [InlineData("MeSign__Bounces__Imap", typeof(ImapOptions))]
    [InlineData("MeSign__Suppression", typeof(SuppressionOptions))]
    [InlineData("MeSign__Operations", typeof(OperationsOptions))]
    public void The_sample_has_every_setting_and_no_other(string section, Type options)
    {
        var settings = Sample.Keys.Where(key => key.StartsWith(section + "__", StringComparison.Ordinal))
            .Select(key => key[(section.Length + 2)..].Split("__")[0])
            .Distinct();

        settings.ShouldBe(options.GetProperties().Where(property => property.GetMethod!.IsPublic).Select(property => property.Name), ignoreOrder: true);
    }

    /// <summary>The last part that is neither a number nor an id.</summary>
    private static string NameOf(string setting) => setting.Split("__").Last(part => part is not "main" && !char.IsAsciiDigit(part[0]));

    private static IEnumerable<string> FirstCells(string table) =>
        table.Split('\n').Where(line => line.StartsWith('|')).Select(line => line.Split('|')[1].Trim());

    private static string Between(string start, string end)
    {
        var from = Readme.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return Readme[from..Readme.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static Dictionary<string, string> ReadSample()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")));
        return json.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(value => value.Name, value => value.Value.GetString()!, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(src|tests)/MeSign\.[A-Za-z.]+")]
    private static partial Regex ProjectName();
}
