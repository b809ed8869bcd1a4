using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace MeSign.Statements.Cli.Submit;

/// <summary>The options that make up a job on the command line.</summary>
/// <param name="issuer">The issuer that sends it.</param>
internal sealed class JobOptions(Option<string?> issuer)
{
    private readonly Option<string?> _issuer = issuer;
    private readonly Option<string?> _to = new("--to") { Description = "The recipient's address.", HelpName = "ADDRESS" };
    private readonly Option<string?> _name = new("--name") { Description = "The recipient's display name.", HelpName = "NAME" };
    private readonly Option<string?> _locale = new("--locale") { Description = "The recipient's language, such as cs-CZ.", HelpName = "TAG" };
    private readonly Option<string?> _kind = new("--kind") { Description = "statement (default with a document), message (default without) or code.", HelpName = "KIND" };
    private readonly Option<string?> _id = new("--id") { Description = "The job's id, unique in its batch; a new one by default.", HelpName = "ID" };
    private readonly Option<string?> _template = new("--template") { Description = "The issuer's template; named like the kind by default.", HelpName = "NAME" };
    private readonly Option<string[]> _field = new("--field") { Description = "A value for the template; may be given again.", HelpName = "NAME=VALUE" };
    private readonly Option<string?> _encryption = new("--encryption") { Description = "required, preferred or never; the issuer's default where it is left out.", HelpName = "POLICY" };
    private readonly Option<string?> _expires = new("--expires") { Description = "RFC 3339 time after which it is not sent any more.", HelpName = "TIME" };

    private Option[] Own => [_to, _name, _locale, _kind, _id, _template, _field, _encryption, _expires];

    /// <summary>Adds its options; that of the issuer is the command's own.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in Own)
            command.Options.Add(option);
    }

    /// <summary>Whether anything of a job is given, the issuer aside.</summary>
    public bool AnyGiven(ParseResult parsed) => Array.Exists(Own, option => parsed.GetResult(option) is { Implicit: false });

    /// <param name="issuerOtherwise">The issuer where none is given; an error where that is null too.</param>
    /// <returns>The job without its document.</returns>
    public JsonObject Build(ParseResult parsed, string? batch, bool hasDocument, string? issuerOtherwise = null)
    {
        var job = new JsonObject
        {
            ["version"] = 1,
            ["id"] = parsed.GetValue(_id) ?? NewId(),
            ["issuer"] = parsed.GetValue(_issuer) ?? issuerOtherwise ?? Required(parsed, _issuer),
            ["kind"] = parsed.GetValue(_kind) ?? (hasDocument ? "statement" : "message"),
            ["recipient"] = new JsonObject { ["email"] = Required(parsed, _to) },
        };
        SetIfGiven(job, "batch", batch);
        SetIfGiven(job["recipient"]!.AsObject(), "name", parsed.GetValue(_name));
        SetIfGiven(job["recipient"]!.AsObject(), "locale", parsed.GetValue(_locale));
        SetIfGiven(job, "template", parsed.GetValue(_template));
        SetIfGiven(job, "encryption", parsed.GetValue(_encryption));
        SetIfGiven(job, "expires", parsed.GetValue(_expires));
        if (parsed.GetValue(_field) is { Length: > 0 } fields)
            job["fields"] = Fields(fields);
        return job;
    }

    private static string NewId() => "job-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private static string Required(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) ?? throw CommandException.Usage($"{option.Name} is missing: give it, or a whole job with --job FILE.");

    private static void SetIfGiven(JsonObject target, string name, string? value)
    {
        if (value is not null)
            target[name] = value;
    }

    private static JsonObject Fields(string[] fields)
    {
        var result = new JsonObject();
        foreach (var field in fields)
        {
            var split = field.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0)
                throw CommandException.Usage($"--field \"{field}\" is not NAME=VALUE.");

            result[field[..split]] = field[(split + 1)..];
        }

        return result;
    }
}
