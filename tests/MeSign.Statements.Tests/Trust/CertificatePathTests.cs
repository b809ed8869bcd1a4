using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Trust;

public class CertificatePathTests
{
    private static readonly DateTimeOffset At = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestAuthority _authority = TestAuthority.Shared;
    private readonly TrustAnchors _anchors = TrustAnchors.Of([TestAuthority.Shared.Root]);

    [Fact]
    public void Finds_the_way_to_the_root()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));

        var result = CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At);

        result.Problem.ShouldBeNull(result.Detail);
        result.Path.Select(certificate => certificate.Subject).ShouldBe(["CN=Example Bank", "CN=Test Issuing", "CN=Test Root"]);
    }

    [Fact]
    public void Uses_the_intermediates_of_the_anchor_files()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));

        CertificatePath.Check(leaf, [], TrustAnchors.Of([_authority.Root, _authority.Issuing]), At).IsTrusted.ShouldBeTrue();
    }

    [Fact]
    public void A_missing_intermediate_breaks_the_path()
    {
        var result = CertificatePath.Check(_authority.Issue(TestKeys.Get("P-256")), [], _anchors, At);

        result.Problem.ShouldBe(PathProblem.Untrusted);
        result.Detail.ShouldNotBeNull().ShouldContain("CN=Example Bank");
    }

    [Fact]
    public void Another_authority_of_the_same_name_is_not_trusted()
    {
        var rogue = new TestAuthority();

        var result = CertificatePath.Check(rogue.Issue(TestKeys.Get("P-256")), [rogue.Issuing, rogue.Root], _anchors, At);

        result.Problem.ShouldBe(PathProblem.Untrusted);
    }

    [Fact]
    public void Nothing_is_trusted_without_anchors()
    {
        var result = CertificatePath.Check(_authority.Issue(TestKeys.Get("P-256")), [_authority.Issuing, _authority.Root], TrustAnchors.None, At);

        result.Problem.ShouldBe(PathProblem.Untrusted);
    }

    [Theory]
    [InlineData(2025, PathProblem.NotYetValid)]
    [InlineData(2026, null)]
    [InlineData(2037, PathProblem.Expired)]
    public void Dates_are_judged_at_the_time_asked_for(int year, PathProblem? expected)
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));

        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At.AddYears(year - 2026)).Problem.ShouldBe(expected);
    }

    [Fact]
    public void A_purpose_that_the_certificate_leaves_out_is_a_problem()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"), purposes: ["1.3.6.1.5.5.7.3.1"]);

        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At, purpose: Oids.EmailProtection).Problem.ShouldBe(PathProblem.Purpose);
    }

    [Fact]
    public void A_leaf_cannot_be_an_authority()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"), "CN=Leaf");
        var request = new CertificateRequest("CN=Below the leaf", (ECDsa)TestKeys.Get("P-384"), HashAlgorithmName.SHA256);
        var below = request.Create(leaf.SubjectName, X509SignatureGenerator.CreateForECDsa((ECDsa)TestKeys.Get("P-256")), At.AddDays(-1), At.AddDays(1), [1]);

        var result = CertificatePath.Check(below, [leaf, _authority.Issuing], _anchors, At);

        result.IsTrusted.ShouldBeFalse();
    }

    [Fact]
    public void A_short_RSA_key_is_weak()
    {
        using var key = RSA.Create(1024);

        var result = CertificatePath.Check(_authority.Issue(key), [_authority.Issuing], _anchors, At);

        result.Problem.ShouldBe(PathProblem.Weak);
        result.Detail.ShouldNotBeNull().ShouldContain("1024 bits");
    }

    [Fact]
    public void A_revoked_certificate_is_refused_from_its_revocation_on()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));
        var crls = CrlSet.Of([_authority.Revoke(At, At.AddDays(30), (leaf, At.AddDays(-1)))]);

        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At, crls).Problem.ShouldBe(PathProblem.Revoked);
        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At.AddDays(-2), crls).Problem.ShouldBeNull();
    }

    [Fact]
    public void An_outdated_list_leaves_the_status_unknown()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));
        var crls = CrlSet.Of([_authority.Revoke(At.AddDays(-60), At.AddDays(-30))]);

        var result = CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At, crls);

        result.Problem.ShouldBe(PathProblem.RevocationUnknown);
        result.Detail.ShouldNotBeNull().ShouldContain("due for renewal");
    }

    [Fact]
    public void A_list_is_needed_only_where_that_is_asked_for()
    {
        var leaf = _authority.Issue(TestKeys.Get("P-256"));

        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At).IsTrusted.ShouldBeTrue();
        CertificatePath.Check(leaf, [_authority.Issuing], _anchors, At, requireRevocation: true).Problem.ShouldBe(PathProblem.RevocationUnknown);
    }
}
