using System.CommandLine;
using System.Globalization;
using MeSign.Statements.Pdf;
using MeSign.Statements.Pdf.Seals;
using MeSign.Statements.Signing;

namespace MeSign.Statements.Cli.Sign;

/// <summary>How a PDF is signed: what is not given is as the issuer's settings say, or by default.</summary>
internal sealed class SignatureOptions
{
    private static readonly string[] Permissions = ["1", "2", "3", "none"];
    private static readonly string[] Levels = ["B-B", "B-T", "B-LT", "B-LTA"];

    private readonly Option<string?> _level = new("--level") { Description = "PAdES level: B-B; B-T (default) with a timestamp; B-LT with revocation data too; B-LTA with a timestamp over all of it.", HelpName = "LEVEL" };
    private readonly Option<string?> _certify = new("--certify") { Description = "What may change afterwards: 1 nothing (default), 2 forms, 3 also comments; none approves without certifying.", HelpName = "1|2|3|none" };
    private readonly Option<string?> _field = new("--field") { Description = "Name of the signature field; an empty one of that name is signed.", HelpName = "NAME" };
    private readonly Option<FileInfo?> _visible = new("--visible") { Description = "A one-page PDF shown as the seal, in the size of its page unless --place has a rectangle; the signature is invisible without one.", HelpName = "SEAL.pdf" };
    private readonly Option<string?> _place = new("--place") { Description = "Where the seal goes: last,bottom-right (default), first,top-left, or page, x, y, width and height in points, as in 2,36,700,200,60.", HelpName = "PLACE" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why it is signed, shown by readers.", HelpName = "TEXT" };
    private readonly Option<string?> _location = new("--location") { Description = "Where it is signed.", HelpName = "TEXT" };
    private readonly Option<string?> _contact = new("--contact") { Description = "How to reach the signer.", HelpName = "TEXT" };
    private readonly Option<FileInfo?> _password = new("--pdf-password-file") { Description = "Holds the password of encrypted PDFs (that of the key is --password-file).", HelpName = "FILE" };
    private readonly Option<bool> _repair = new("--repair") { Description = "Repair a PDF whose cross-references are damaged, by appending to it, and sign it then; without it such a file is refused." };
    private readonly Option<string[]> _crls = new("--crl") { Description = "For B-LT and B-LTA: revocation lists, PEM or DER, or a folder; what they do not cover is fetched.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };

    public SignatureOptions()
    {
        _level.AcceptOnlyFromAmong(Levels);
        _certify.AcceptOnlyFromAmong(Permissions);
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _level, _certify, _field, _visible, _place, _reason, _location, _contact, _password, _repair, _crls })
            command.Options.Add(option);
    }

    /// <returns>Null where the issuer's settings decide.</returns>
    public PadesLevel? Level(ParseResult parsed) => parsed.GetValue(_level) is { } level ? (PadesLevel)Array.IndexOf(Levels, level) : null;

    /// <summary>What the command line sets in place of the settings file.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Settings(ParseResult parsed) => (parsed.GetValue(_crls) ?? []).Index()
        .Select(list => KeyValuePair.Create<string, string?>(string.Create(CultureInfo.InvariantCulture, $"{RevocationOptions.Section}:Crls:{list.Index}"), list.Item));

    /// <exception cref="CommandException">A file is missing, or the place is none.</exception>
    public PdfSignatureRequest Apply(ParseResult parsed, PdfSignatureRequest request) => request with
    {
        Certify = parsed.GetValue(_certify) switch
        {
            null => request.Certify,
            [>= '1' and <= '3' and var permission] => permission - '0',
            _ => null,
        },
        FieldName = parsed.GetValue(_field),
        Password = PasswordFile.Read(parsed.GetValue(_password)) ?? request.Password,
        Repair = parsed.GetValue(_repair) || request.Repair,
        Reason = parsed.GetValue(_reason) ?? request.Reason,
        Location = parsed.GetValue(_location) ?? request.Location,
        ContactInfo = parsed.GetValue(_contact) ?? request.ContactInfo,
        Seal = Seal(parsed, request.Seal),
    };

    private PdfSeal? Seal(ParseResult parsed, PdfSeal? configured)
    {
        var file = parsed.GetValue(_visible);
        if (file is { Exists: false })
            throw CommandException.Usage($"--visible {file.FullName} does not exist: name a PDF of one page.");
        var seal = file is null ? configured : (configured ?? new PdfSeal { Path = file.FullName }) with { Path = file.FullName };
        if (parsed.GetValue(_place) is not { } text)
            return seal;
        if (seal is null)
            throw CommandException.Usage("--place says where a seal goes, but there is none: give it with --visible SEAL.pdf.");
        return SealPlace.TryParse(text, out var place, out var problem) ? place.Show(seal.Path) : throw CommandException.Usage($"--place \"{text}\" {problem}.");
    }
}
