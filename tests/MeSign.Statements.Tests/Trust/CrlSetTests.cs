using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Trust;

public sealed class CrlSetTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestAuthority _authority = TestAuthority.Shared;
    private readonly OpenSsl _openssl = new();

    public void Dispose() => _openssl.Dispose();

    [Fact]
    public void Tells_good_from_revoked_and_says_since_when()
    {
        var good = _authority.Issue(TestKeys.Get("P-256"));
        var revoked = _authority.Issue(TestKeys.Get("P-256"));
        var crls = CrlSet.Of([_authority.Revoke(At, At.AddDays(7), (revoked, At.AddHours(-1)))]);

        crls.Find(good, _authority.Issuing, At).IsGood.ShouldBeTrue();
        crls.Find(revoked, _authority.Issuing, At).Revoked.ShouldBe(At.AddHours(-1));
    }

    [Fact]
    public void A_list_that_another_key_signed_proves_nothing()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));
        var forged = CrlSet.Of([new TestAuthority().Revoke(At, At.AddDays(7))]);

        var status = forged.Find(leaf, _authority.Issuing, At);

        status.IsGood.ShouldBeFalse();
        status.Unknown.ShouldNotBeNull().ShouldContain("signature");
    }

    [Fact]
    public void The_newest_list_counts()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));
        var crls = CrlSet.Of([
            _authority.Revoke(At.AddDays(-2), At.AddDays(7)),
            _authority.Revoke(At.AddDays(-1), At.AddDays(7), (leaf, At.AddDays(-1)))]);

        crls.Find(leaf, _authority.Issuing, At).Revoked.ShouldBe(At.AddDays(-1));
    }

    [Fact]
    public async Task Reads_the_lists_of_openssl_in_PEM_and_DER()
    {
        var pem = await MakeCrlAsync();
        var der = Path.Combine(_openssl.Folder, "crl.der");
        (await _openssl.RunAsync("crl", "-in", pem, "-outform", "DER", "-out", der)).ExitCode.ShouldBe(0);
        var issuer = TrustAnchors.Load([Path.Combine(_openssl.Folder, "ca.pem")]).Roots[0];

        foreach (var file in new[] { pem, der })
        {
            var status = CrlSet.Load([file]).Find(issuer, issuer, TimeProvider.System.GetUtcNow());
            status.Covered.ShouldBeTrue();
            status.IsGood.ShouldBeTrue(status.Unknown);
        }
    }

    [Fact]
    public void Names_a_file_that_is_not_a_list()
    {
        var file = _openssl.File("root.der", _authority.Root.RawData);

        var load = () => CrlSet.Load([file]);

        load.ShouldThrow<InvalidDataException>().Message.ShouldContain("root.der is not a certificate revocation list");
    }

    private async Task<string> MakeCrlAsync()
    {
        _openssl.File("index.txt", "");
        _openssl.File("ca.cnf", "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=7\n");
        var made = await _openssl.RunAsync(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=CRL test", "-days", "30");
        made.ExitCode.ShouldBe(0, made.Output);
        var listed = await _openssl.RunAsync("ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.pem", "-out", "crl.pem");
        listed.ExitCode.ShouldBe(0, listed.Output);
        return Path.Combine(_openssl.Folder, "crl.pem");
    }
}
