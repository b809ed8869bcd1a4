using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sealing;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;

namespace MeSign.Statements.Tests.Sealing.Interop;

/// <summary>
/// Writes <c>docs/interoperability.md</c>: which programs open which of our forms. Run it with
/// <c>tests/run.sh -explicit only -class '*InteroperabilityTests'</c>; it needs libbcmail-java and a JDK besides what the
/// other tests need.
/// </summary>
public class InteroperabilityTests
{
    [Fact(Explicit = true)]
    public async Task Every_form_is_opened_by_the_programs_that_know_it()
    {
        using var bench = new Workbench();
        await using var server = await TestTimestampServer.StartAsync();
        using var sealing = new SealingBench(("MeSign:Timestamps:Roots:0", bench.WriteCertificate(TestAuthority.Shared.Root)));
        var messages = await MakeAsync(bench, sealing, server.Address);

        OutsideProgram[] programs = [new OpenSslProgram(bench), new GpgsmProgram(bench), new NssProgram(bench), new BouncyCastleProgram(bench)];
        var verdicts = programs.ToDictionary(program => program, program => program.Open(messages));

        // What opens everything proves nothing: one altered byte of the content has to be refused by each of them.
        var altered = messages[0] with { Content = bench.Write("altered", Altered(messages[0].Content!)) };
        foreach (var program in programs)
            program.Verdict(altered).ShouldNotBeNull(program.Name);

        var page = Page(messages, programs, verdicts);
        await InteroperabilityPage.WriteAsync(page, section: null);
        for (var i = 0; i < messages.Count; i++)
        {
            programs.Count(program => verdicts[program][i] is null).ShouldBeGreaterThanOrEqualTo(Least(messages[i].Form), $"{messages[i].Form}\n{page}");
            if (!IsYoung(messages[i].Form))
                verdicts[programs[0]][i].ShouldBeNull($"OpenSSL opens every form that it knows\n{page}");
        }
    }

    /// <summary>How many of the programs have to open a form; the vectors of others stand in for those that know the young ones.</summary>
    private static int Least(string form) => IsYoung(form) ? 0 : form.Contains("GCM, ECDH", StringComparison.Ordinal) ? 1 : 2;

    private static bool IsYoung(string form) => form.Contains("ML-KEM", StringComparison.Ordinal) || form.Contains("X25519", StringComparison.Ordinal);

    private static DkimIdentity Dkim(Workbench bench)
    {
        using var key = RSA.Create(2048);
        return new("bank.test", "rsa", DkimKey.Load(bench.Write("dkim.pem", Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem())), null));
    }

    private static async Task<IReadOnlyList<InteropMessage>> MakeAsync(Workbench bench, SealingBench sealing, Uri timestamps)
    {
        byte[] document = [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(100_000)];
        var plain = SealingBench.Issuer();
        var signer = SealingPki.Signer();
        var pss = plain with { Identity = new(signer, [], new Pkcs12SigningKey(signer, SignatureScheme.RsaPss), HashAlgorithmName.SHA256) };
        var sha512 = plain with { Identity = new(signer, [], new Pkcs12SigningKey(signer), HashAlgorithmName.SHA512) };
        var (cbc, gcm) = (ContentEncryption.Aes256Cbc, ContentEncryption.Aes256Gcm);
        var (rsa, p256, p384, p521) = (SealingPki.Recipient("rsa2048"), SealingPki.Recipient("P-256"), SealingPki.Recipient("P-384"), SealingPki.Recipient("P-521"));

        (string Form, Issuer Issuer, X509Certificate2? Recipient)[] forms =
        [
            ("Signed (multipart/signed), RSA PKCS#1 v1.5", plain, null),
            ("Signed, with a signature timestamp", plain with { TimestampServers = [timestamps] }, null),
            ("Signed, RSA, SHA-512", sha512, null),
            ("Signed, RSA-PSS", pss, null),
            ("Signed, ECDSA P-256", SealingBench.Issuer("P-256"), null),
            ("Opaque signature in AES-256-CBC, RSA PKCS#1 v1.5 (default)", With(plain, cbc, RsaKeyTransport.Pkcs1), rsa),
            ("The default, with a signature timestamp", With(plain with { TimestampServers = [timestamps] }, cbc, RsaKeyTransport.Pkcs1), rsa),
            ("multipart/signed in AES-256-CBC, RSA PKCS#1 v1.5", plain with { Sealing = new() { EncryptedSignature = SignatureForm.Clear } }, rsa),
            ("AES-256-CBC, RSA-OAEP (SHA-256)", With(plain, cbc, RsaKeyTransport.OaepSha256), rsa),
            ("AES-256-GCM, RSA PKCS#1 v1.5", With(plain, gcm, RsaKeyTransport.Pkcs1), rsa),
            ("AES-256-GCM, RSA-OAEP (SHA-256)", With(plain, gcm, RsaKeyTransport.OaepSha256), rsa),
            ("AES-256-CBC, ECDH P-256", With(plain, cbc, RsaKeyTransport.Pkcs1), p256),
            ("AES-256-CBC, ECDH P-384", With(plain, cbc, RsaKeyTransport.Pkcs1), p384),
            ("AES-256-CBC, ECDH P-521", With(plain, cbc, RsaKeyTransport.Pkcs1), p521),
            ("AES-256-GCM, ECDH P-256", With(plain, gcm, RsaKeyTransport.Pkcs1), p256),
            ("AES-256-GCM, ECDH P-384", With(plain, gcm, RsaKeyTransport.Pkcs1), p384),
            ("AES-256-CBC, X25519", With(plain, cbc, RsaKeyTransport.Pkcs1), SealingPki.Recipient("X25519")),
            ("AES-256-GCM, X25519", With(plain, gcm, RsaKeyTransport.Pkcs1), SealingPki.Recipient("X25519")),
            ("AES-256-CBC, ML-KEM-768", With(plain, cbc, RsaKeyTransport.Pkcs1), SealingPki.Recipient("ML-KEM-768")),
            ("AES-256-GCM, ML-KEM-1024", With(plain, gcm, RsaKeyTransport.Pkcs1), SealingPki.Recipient("ML-KEM-1024")),
            ("The default, with a DKIM signature", With(plain with { Dkim = [Dkim(bench)] }, cbc, RsaKeyTransport.Pkcs1), rsa),
        ];
        var messages = new List<InteropMessage>();
        foreach (var (form, issuer, recipient) in forms)
            messages.Add(await InteropMessage.MakeAsync(bench, sealing, form, issuer, recipient, document));
        return messages;
    }

    private static byte[] Altered(string file)
    {
        var content = File.ReadAllBytes(file);
        content[content.Length / 2] ^= 1;
        return content;
    }

    private static Issuer With(Issuer issuer, ContentEncryption content, RsaKeyTransport transport) =>
        issuer with { Sealing = new() { ContentEncryption = content, KeyTransport = transport } };

    private static string Page(
        IReadOnlyList<InteropMessage> messages, OutsideProgram[] programs, Dictionary<OutsideProgram, IReadOnlyList<string?>> verdicts)
    {
        var page = new StringBuilder()
            .Append("# Who opens what\n\n")
            .Append("Made by `tests/run.sh -explicit only -class '*InteroperabilityTests'`: each message is sealed by this code with a document of\n")
            .Append("100 kB, then given to each program, which has to decrypt it to the same bytes and to find the signature good; each also\n")
            .Append("had to refuse a message with one altered byte. Nothing in the table is from elsewhere.\n\n| Form |");
        foreach (var program in programs)
            page.Append(CultureInfo.InvariantCulture, $" {program.Name} |");
        page.Append("\n|---|").Insert(page.Length, "---|", programs.Length).Append('\n');

        var notes = new List<string>();
        for (var i = 0; i < messages.Count; i++)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {messages[i].Form} |");
            foreach (var program in programs)
            {
                var said = verdicts[program][i];
                if (said is not null && !notes.Contains($"{program.Name}: {said}"))
                    notes.Add($"{program.Name}: {said}");
                page.Append(CultureInfo.InvariantCulture, $" {(said is null ? "yes" : $"no ({notes.IndexOf($"{program.Name}: {said}") + 1})")} |");
            }
            page.Append('\n');
        }

        page.Append("\nVersions: ").AppendJoin("; ", programs.Select(program => program.Version)).Append(".\n\nWhat the others said:\n\n");
        for (var i = 0; i < notes.Count; i++)
            page.Append(CultureInfo.InvariantCulture, $"{i + 1}. {notes[i]}\n");
        return page.ToString();
    }
}
