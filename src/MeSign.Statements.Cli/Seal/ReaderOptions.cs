using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Intake;
using MeSign.Statements.Issuers;
using MeSign.Statements.Recipients;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Cli.Seal;

/// <summary>Who may read a message: the holders of given certificates, or, only on demand, everyone.</summary>
internal sealed class ReaderOptions
{
    private const string Recipients = "MeSign:Recipients";

    private readonly Option<string[]> _certificates = Many("--to-cert", "The recipient's certificates, and those of authorities in between: PEM or DER, or a folder.");
    private readonly Option<string[]> _trust = Many("--to-trust", "Roots of these certificates; those of the settings by default.");
    private readonly Option<string[]> _crls = Many("--to-crl", "Revocation lists that they are checked against.");
    private readonly Option<bool> _signedOnly = new("--signed-only") { Description = "Do not encrypt: everyone on the way can read the message." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _certificates, _trust, _crls, _signedOnly })
            command.Options.Add(option);
    }

    /// <summary>What the command line sets in place of the settings file.</summary>
    public Dictionary<string, string?> Settings(ParseResult parsed)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (option, name) in new[] { (_trust, "Roots"), (_crls, "Crls") })
        {
            foreach (var (i, path) in (parsed.GetValue(option) ?? []).Index())
                settings[string.Create(CultureInfo.InvariantCulture, $"{Recipients}:{name}:{i}")] = path;
        }
        return settings;
    }

    /// <returns>The certificates to encrypt to; none for a message that is only signed.</returns>
    /// <exception cref="CommandException">Neither or both are asked for, the policy forbids it, or a certificate must not be used.</exception>
    public IReadOnlyList<X509Certificate2> Certificates(ParseResult parsed, IServiceProvider provider, StatementJob job, Issuer issuer)
    {
        var paths = parsed.GetValue(_certificates) ?? [];
        var policy = job.Encryption ?? issuer.Encryption;
        if (paths.Length > 0 == parsed.GetValue(_signedOnly))
            throw CommandException.Usage("who may read it? Give the recipient's certificates with --to-cert FILE, or --signed-only, and not both.");
        if (policy > issuer.WeakestEncryption)
            throw CommandException.Usage($"the job asks for encryption {policy}, weaker than the {issuer.WeakestEncryption} that issuer {issuer.Id} allows.");
        if (paths.Length == 0)
        {
            return policy != EncryptionPolicy.Required
                ? []
                : throw CommandException.Usage("encryption is required by the job or its issuer: --signed-only is not allowed, give --to-cert FILE.");
        }
        if (policy == EncryptionPolicy.Never)
            throw CommandException.Usage("the job or its issuer says never to encrypt: leave --to-cert out, or change that.");

        var checkedOnes = provider.GetRequiredService<GivenCertificates>().Check(job.Recipient, paths);
        if (checkedOnes.Rejected.Count > 0)
        {
            throw CommandException.Failed("nothing was sealed: "
                + string.Join("; ", checkedOnes.Rejected.Select(one => $"certificate {one.Thumbprint[..16]}… {Reason(one.Problem, job.Recipient.Address)}")));
        }
        return checkedOnes.Usable.Count > 0 ? checkedOnes.Usable : throw CommandException.Usage("--to-cert has only authorities' certificates: give the recipient's own.");
    }

    private static string Reason(CertificateProblem problem, string address) => problem switch
    {
        CertificateProblem.Expired => "has expired",
        CertificateProblem.NotYetValid => "is not valid yet",
        CertificateProblem.Untrusted => "does not lead to a root of --to-trust",
        CertificateProblem.Revoked => "was revoked",
        CertificateProblem.RevocationUnknown => "has an issuer whose revocation list in --to-crl is out of date",
        CertificateProblem.KeyUsage => "must not be used for encryption: its keyUsage forbids it",
        CertificateProblem.ExtendedKeyUsage => "is not for mail: its extendedKeyUsage lacks emailProtection",
        CertificateProblem.AddressMismatch => $"does not name {address}",
        CertificateProblem.WeakKey => "has a key that is too weak or of an unknown kind",
        _ => "cannot be read",
    };

    private static Option<string[]> Many(string name, string description) =>
        new(name) { Description = description, HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
}
