using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Timestamps;

namespace MeSign.Statements.Benchmarks;

/// <summary>A timestamp authority that is asked without a network: what is left of a timestamp is its making and its check.</summary>
internal sealed class InProcessAuthority : HttpMessageHandler
{
    private readonly X509Certificate2 _certificate;
    private readonly TimestampIssuer _issuer;

    public InProcessAuthority(TestAuthority authority)
    {
        _certificate = authority.Issue(CertificateProfiles.TimestampServer());
        _issuer = new(_certificate, impostor: _certificate, authority.Issuing, TimeProvider.System);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (response, _) = _issuer.Respond(await request.Content!.ReadAsByteArrayAsync(cancellationToken), fault: null);
        return new() { Content = new ByteArrayContent(response) { Headers = { ContentType = new("application/timestamp-reply") } } };
    }

    protected override void Dispose(bool disposing)
    {
        _certificate.Dispose();
        base.Dispose(disposing);
    }
}
