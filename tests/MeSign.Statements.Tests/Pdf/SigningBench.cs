using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using MeSign.Statements.Pdf;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>A signer with an identity of the test authority and a timestamp server, and judges that are not ours.</summary>
internal sealed partial class SigningBench : IAsyncDisposable
{
    private static readonly Lazy<Task<SigningBench>> LazyShared = new(() => StartAsync(reservedBytes: 8192));

    private readonly ServiceProvider _services;
    private readonly TestTimestampServer _timestamps;
    private readonly X509Certificate2 _root;

    private SigningBench(ServiceProvider services, TestTimestampServer timestamps, SigningIdentity identity, X509Certificate2 root)
    {
        _root = root;
        _services = services;
        _timestamps = timestamps;
        Identity = identity;
    }

    /// <summary>One for all tests that leave it as it is.</summary>
    public static Task<SigningBench> Shared => LazyShared.Value;

    public SigningIdentity Identity { get; }

    public PdfSigner Signer => _services.GetRequiredService<PdfSigner>();

    public PdfSignatureValidator Validator
    {
        get
        {
            var anchors = TrustAnchors.Of([_root]);
            return new PdfSignatureValidator(new CmsVerifier(anchors, anchors, CrlSet.None, TimeProvider.System));
        }
    }

    public PdfSignatureRequest Approval => new() { Identity = Identity, Level = PadesLevel.BB, Certify = null };

    public PdfSignatureRequest Certification => new() { Identity = Identity, TimestampServers = [_timestamps.Address] };

    public TestTimestampServer Timestamps => _timestamps;

    public int TimestampsAsked => _timestamps.Requests.Count;

    /// <param name="reservedBytes">Room for the token of a server that has not answered yet.</param>
    /// <param name="authority">Of signer and timestamps; the shared one where null.</param>
    public static async Task<SigningBench> StartAsync(int reservedBytes, TestAuthority? authority = null)
    {
        authority ??= TestAuthority.Shared;
        var timestamps = await TestTimestampServer.StartAsync(authority);
        using var key = RSA.Create(2048);
        using var certificate = authority.Issue(key);
        return Create(timestamps, certificate, authority, reservedBytes);
    }

    public async Task<byte[]> SignAsync(byte[] input, PdfSignatureRequest? request = null)
    {
        using var source = new MemoryStream(input, 0, input.Length, writable: false, publiclyVisible: false);
        using var target = new MemoryStream();
        await Signer.SignAsync(source, target, request ?? Approval, TestContext.Current.CancellationToken);
        return target.ToArray();
    }

    public PdfVerdict Validate(byte[] document)
    {
        using var stream = new MemoryStream(document);
        return Validator.Validate(stream);
    }

    /// <summary>Every signature is valid to pdfsig and OpenSSL, and qpdf finds nothing that it did not find in the original.</summary>
    public static async Task JudgeAsync(byte[] original, byte[] signed, int signatures = 1, TestAuthority? authority = null)
    {
        signed.AsSpan(0, original.Length).SequenceEqual(original).ShouldBeTrue("the original's bytes are a prefix");
        using var folder = new TestFolder();
        var before = folder.Write("original.pdf", original);
        var after = folder.Write("signed.pdf", signed);

        var was = await Tool.RunAsync("qpdf", "--check", before);
        var now = await Tool.RunAsync("qpdf", "--check", after);
        now.ExitCode.ShouldBe(was.ExitCode, now.Output);
        now.Output.Split('\n').Count(IsWarning).ShouldBe(was.Output.Split('\n').Count(IsWarning), now.Output);

        var seen = await Tool.RunAsync("pdfsig", "-nocert", after);
        Regex.Count(seen.Output, "Signature is Valid").ShouldBe(signatures, seen.Output);
        if (authority is null)
            seen.Output.ShouldContain("Total document signed");
        await JudgeCmsAsync(signed, folder, (authority ?? TestAuthority.Shared).Root);
    }

    private static async Task JudgeCmsAsync(byte[] signed, TestFolder folder, X509Certificate2 trusted)
    {
        var text = Encoding.Latin1.GetString(signed);
        foreach (Match match in ByteRange().Matches(text))
        {
            var range = match.Groups.Values.Skip(1).Select(group => int.Parse(group.Value)).ToArray();
            signed[range[0] + range[1]].ShouldBe((byte)'<');
            signed[range[2] - 1].ShouldBe((byte)'>');
            var content = folder.Write("content", [.. signed[..range[1]], .. signed[range[2]..(range[2] + range[3])]]);
            var padded = Convert.FromHexString(text[(range[1] + 1)..(range[2] - 1)]);
            AsnDecoder.ReadEncodedValue(padded, AsnEncodingRules.DER, out _, out _, out var length);
            var cms = folder.Write("cms.der", padded.AsSpan(0, length));
            var root = folder.Write("root.pem", Encoding.ASCII.GetBytes(trusted.ExportCertificatePem()));
            var verdict = text.LastIndexOf("/ETSI.RFC3161", match.Index, StringComparison.Ordinal) > text.LastIndexOf("endobj", match.Index, StringComparison.Ordinal)
                ? await Tool.RunAsync("openssl", "ts", "-verify", "-in", cms, "-token_in", "-data", content, "-CAfile", root)
                : await Tool.RunAsync(
                    "openssl", "cms", "-verify", "-inform", "DER", "-in", cms, "-content", content, "-binary", "-cades", "-purpose", "any", "-CAfile", root, "-out", "/dev/null");
            verdict.ExitCode.ShouldBe(0, verdict.Output);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timestamps.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static SigningBench Create(TestTimestampServer timestamps, X509Certificate2 certificate, TestAuthority authority, int reservedBytes)
    {
        using var folder = new TestFolder();
        var all = new X509Certificate2Collection { certificate, authority.Issuing, authority.Root };
        var pkcs12 = folder.Write("signer.p12", all.Export(X509ContentType.Pfx, "test"));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([
            new("MeSign:Timestamps:Roots:0", authority.Root.ExportCertificatePem()),
            new("MeSign:Timestamps:ReservedBytes", reservedBytes.ToString(CultureInfo.InvariantCulture)),
        ]).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSigning().AddPdf().BuildServiceProvider();
        var identity = SigningIdentityFile.Load(pkcs12, "test", TimeProvider.System);
        return new SigningBench(services, timestamps, identity, authority.Root);
    }

    private static bool IsWarning(string line) => line.StartsWith("WARNING", StringComparison.Ordinal);

    [GeneratedRegex(@"/ByteRange \[(?<a>\d+) (?<b>\d+) (?<c>\d+) (?<d>\d+) *\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ByteRange();
}
