using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BenchmarkDotNet.Attributes;
using MeSign.Statements.Pdf;
using MeSign.Statements.Sandbox.Timestamps;
using MeSign.Statements.Signing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PdfSharp.Drawing;
using PdfSharp.Pdf.IO;
using PdfSharp.Pdf.Signatures;

namespace MeSign.Statements.Benchmarks;

/// <summary>
/// One document signed with a local RSA-2048 key: beside it the bare cost of the hash, the private-key operations and the copy, and
/// PdfSharp with its own signer. The timestamp authority is in this process, asked directly or over HTTP: of what it costs only the
/// operation of its key is part of the bare cost. Each way writes into memory that is used again, as the pipeline does.
/// </summary>
[Config(typeof(QuickConfig))]
public class PdfSigningBenchmarks : IAsyncDisposable
{
    private const int Room = 64 * 1024;

    private readonly string _folder = Directory.CreateTempSubdirectory("mesign-benchmark-").FullName;
    private byte[] _document = [];
    private AuthorityServer _authority = null!;
    private X509Certificate2 _certificate = null!;
    private RSA _key = null!;
    private InProcessAuthority _direct = null!;
    private ServiceProvider _services = null!;
    private ServiceProvider _overHttp = null!;
    private PdfSignatureRequest _plain = null!;
    private PdfSignatureRequest _timestamped = null!;
    private PdfSharpDefaultSigner _sharp = null!;
    private MemoryStream _sharpOutput = null!;

    [Params(100_000, 1_000_000)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _authority = await AuthorityServer.StartAsync(TimeProvider.System, CancellationToken.None);
        _key = RSA.Create(2048);
        _direct = new InProcessAuthority(_authority.Authority);
        var root = Path.Combine(_folder, "root.pem");
        await File.WriteAllTextAsync(root, _authority.Authority.Root.ExportCertificatePem());
        _services = Services(root, _direct);
        _overHttp = Services(root, network: null);
        _certificate = Certificate();
        _plain = new PdfSignatureRequest
        {
            Identity = new SigningIdentity(_certificate, [], new Pkcs12SigningKey(_certificate), HashAlgorithmName.SHA256),
            Level = PadesLevel.BB,
        };
        _timestamped = _plain with { Level = PadesLevel.BT, TimestampServers = [_authority.TimestampAddress] };
        _document = Draw(Bytes);
        _sharp = NewPdfSharpSigner();
        _sharpOutput = new MemoryStream(_document.Length + Room);
        await File.WriteAllBytesAsync(DocumentFile, _document);
        await File.WriteAllBytesAsync(Pkcs12File, _certificate.Export(X509ContentType.Pkcs12, ""));
    }

    /// <summary>The document as a file, for signers that are programs of their own.</summary>
    public string DocumentFile => Path.Combine(_folder, "document.pdf");

    /// <summary>Key and certificate, without a password.</summary>
    public string Pkcs12File => Path.Combine(_folder, "identity.p12");

    [GlobalCleanup]
    public async Task CleanupAsync() => await DisposeAsync();

    [Benchmark(Baseline = true)]
    public byte[] Bare()
    {
        var output = new RentedStream(_document.Length + Room);
        output.Write(_document);
        output.Return();
        return _key.SignHash(SHA256.HashData(_document), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    [Benchmark]
    public Task<long> SignAsync() => SignAsync(_services, _plain);

    [Benchmark]
    public byte[] BareWithTimestamp()
    {
        var signature = Bare();
        return _key.SignHash(SHA256.HashData(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    [Benchmark]
    public Task<long> SignWithTimestampAsync() => SignAsync(_services, _timestamped);

    [Benchmark]
    public Task<long> SignWithTimestampOverHttpAsync() => SignAsync(_overHttp, _timestamped);

    [Benchmark]
    public async Task<long> PdfSharpAsync()
    {
        using var output = new MemoryStream();
        return await PdfSharpAsync(NewPdfSharpSigner(), output);
    }

    /// <summary>With what its documentation makes anew for each document made once.</summary>
    [Benchmark]
    public Task<long> PdfSharpKeptAsync()
    {
        _sharpOutput.SetLength(0);
        return PdfSharpAsync(_sharp, _sharpOutput);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _overHttp.DisposeAsync();
        _direct.Dispose();
        await _authority.DisposeAsync();
        await _sharpOutput.DisposeAsync();
        _certificate.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private static ServiceProvider Services(string root, HttpMessageHandler? network) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("MeSign:Timestamps:Roots:0", root)]).Build())
        .AddLogging()
        .AddSigning()
        .AddSingleton(provider => new TimestampClient(
            provider.GetRequiredService<IOptions<TimestampOptions>>(),
            TimeProvider.System,
            provider.GetRequiredService<ILogger<TimestampClient>>(),
            provider.GetRequiredService<TimestampMetrics>(),
            provider.GetRequiredService<ConfiguredCrls>(),
            network))
        .AddPdf()
        .BuildServiceProvider();

    private async Task<long> SignAsync(ServiceProvider services, PdfSignatureRequest request)
    {
        using var input = new MemoryStream(_document, 0, _document.Length, writable: false, publiclyVisible: true);
        var output = new RentedStream(_document.Length + Room);
        var result = await services.GetRequiredService<PdfSigner>().SignAsync(input, output, request, CancellationToken.None);
        output.Return();
        return result.Bytes;
    }

    private PdfSharpDefaultSigner NewPdfSharpSigner() => new(_certificate, PdfMessageDigestType.SHA256);

    private async Task<long> PdfSharpAsync(PdfSharpDefaultSigner signer, MemoryStream output)
    {
        using var input = new MemoryStream(_document, writable: false);
        using var document = PdfReader.Open(input, PdfDocumentOpenMode.Modify);
        DigitalSignatureHandler.ForDocument(document, signer, new DigitalSignatureOptions { Reason = "Statement" });
        await document.SaveAsync(output);
        return output.Length;
    }

    private X509Certificate2 Certificate()
    {
        var request = new CertificateRequest("CN=Example Bank", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    // Pages of lines, uncompressed: about 50 kB each. Few objects, and none in object streams, which is what a signer that rewrites the
    // whole document has the least work with.
    private static byte[] Draw(int bytes)
    {
        PdfSharp.PdfSharpLicense.SetAgplLicense();
        using var document = new PdfSharp.Pdf.PdfDocument();
        document.Options.CompressContentStreams = false;
        document.Options.NoCompression = true;
        for (var length = 0; length < bytes; length += 50_000)
        {
            using var graphics = XGraphics.FromPdfPage(document.AddPage());
            for (var line = 0; line < 1608; line++)
                graphics.DrawLine(XPens.Black, 10.25 + (line % 500), 10.5, 300.125, 20 + (line % 700));
        }

        using var output = new MemoryStream();
        document.Save(output, closeStream: false);
        return output.ToArray();
    }
}
