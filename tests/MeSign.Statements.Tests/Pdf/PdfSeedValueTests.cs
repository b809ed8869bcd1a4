using System.Security.Cryptography;

namespace MeSign.Statements.Tests.Pdf;

/// <summary>ISO 32000-2 tables 237 and 238, each demand met, or refused by its name.</summary>
public class PdfSeedValueTests
{
    [Theory]
    [InlineData("/Ff 1 /Filter /Adobe.PPKLite")]
    [InlineData("/Filter /Entrust.PPKEF")]
    [InlineData("/Ff 2 /SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached]")]
    [InlineData("/SubFilter [/adbe.x509.rsa_sha1]")]
    [InlineData("/Ff 4 /V 3")]
    [InlineData("/Ff 32 /AddRevInfo false")]
    [InlineData("/Ff 64 /DigestMethod [(SHA1) (SHA256)]")]
    [InlineData("/Ff 128 /LockDocument /auto")]
    [InlineData("/Ff 128 /LockDocument /false")]
    [InlineData("/MDP << /P 0 >>")]
    [InlineData("/Ff 16 /LegalAttestation [(none)]")]
    [InlineData("/TimeStamp << /URL (http://tsa.example.test) /Ff 0 >>")]
    [InlineData("/Cert << /Ff 41 /Subject [<LEAF>] /SubjectDN [<< /CN (Somebody) >> << /CN (Example Bank) >>] /KeyUsage [(11X0)] >>")]
    [InlineData("/Cert << /Ff 2 /Issuer [<ISSUER>] /URL (https://enrol.example.test) >>")]
    [InlineData("/Cert << /Subject [<00>] >>")]
    public async Task Signs_where_it_meets_what_is_demanded(string seed)
    {
        var bench = await SigningBench.Shared;
        var original = Field(bench, seed);

        var signed = await bench.SignAsync(original, bench.Approval with { FieldName = "Here" });

        await SigningBench.JudgeAsync(original, signed);
        var signature = bench.Validate(signed).Signatures.ShouldHaveSingleItem();
        signature.FieldName.ShouldBe("Here");
        signature.Problems.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/Ff 1 /Filter /Entrust.PPKEF", "/Filter")]
    [InlineData("/Ff 2 /SubFilter [/adbe.pkcs7.detached]", "/SubFilter")]
    [InlineData("/Ff 4 /V 4", "/V)")]
    [InlineData("/Ff 64 /DigestMethod [(SHA1) (RIPEMD160)]", "/DigestMethod")]
    [InlineData("/Ff 32 /AddRevInfo true", "/AddRevInfo")]
    [InlineData("/Ff 128 /LockDocument /true", "/LockDocument")]
    [InlineData("/Ff 256 /AppearanceFilter (Seal)", "/AppearanceFilter")]
    [InlineData("/Ff 512", "/Ff")]
    [InlineData("/MDP << /P 4 >>", "/MDP")]
    [InlineData("/Ff 16 /LegalAttestation [(none)] /MDP << /P 2 >>", "/LegalAttestation")]
    [InlineData("/TimeStamp << /URL (http://tsa.example.test) /Ff 1 >>", "/TimeStamp")]
    [InlineData("/Ff 8 /Reasons [(I approve) (I have read)]", "/Reasons")]
    [InlineData("/Cert << /Ff 1 /Subject [<ISSUER>] >>", "/Subject")]
    [InlineData("/Cert << /Ff 2 /Issuer [<LEAF>] >>", "/Issuer")]
    [InlineData("/Cert << /Ff 4 /OID [(1.2.3.4)] >>", "/OID")]
    [InlineData("/Cert << /Ff 8 /SubjectDN [<< /CN (Example Bank) /O (Other) >>] >>", "/SubjectDN")]
    [InlineData("/Cert << /Ff 8 /SubjectDN [<< / (x) >>] >>", "/SubjectDN")]
    [InlineData("/Cert << /Ff 32 /KeyUsage [(0) (X0)] >>", "/KeyUsage")]
    [InlineData("/Cert << /Ff 128 >>", "/Ff")]
    public async Task Refuses_what_it_cannot_meet_by_its_name(string seed, string constraint)
    {
        var bench = await SigningBench.Shared;

        var refusal = await Should.ThrowAsync<StatementFailedException>(
            () => bench.SignAsync(Field(bench, seed), bench.Approval with { FieldName = "Here", Reason = "Statement" }));

        refusal.Code.ShouldBe(FailureCode.DocumentSigningNotAllowed);
        refusal.Detail.ShouldContain("the field Here demands");
        refusal.Detail.ShouldContain(constraint);
    }

    [Theory]
    [InlineData("/Ff 8 /Reasons [(I approve) (I have read)]", null, "I approve")]
    [InlineData("/Ff 8 /Reasons [(I approve) (I have read)]", "I have read", "I have read")]
    [InlineData("/Ff 8 /Reasons [(.)]", "Statement", null)]
    [InlineData("/Ff 8", "Statement", null)]
    [InlineData("/Reasons [(I approve)]", "Statement", "Statement")]
    public async Task Gives_the_reason_that_is_demanded(string seed, string? reason, string? expected)
    {
        var bench = await SigningBench.Shared;

        var signed = await bench.SignAsync(Field(bench, seed), bench.Approval with { FieldName = "Here", Reason = reason });

        bench.Validate(signed).Signatures[0].Reason.ShouldBe(expected);
    }

    [Fact]
    public async Task Uses_the_digest_that_is_demanded()
    {
        var bench = await SigningBench.Shared;
        var original = Field(bench, "/Ff 64 /DigestMethod [(SHA384) (SHA512)]");

        var signed = await bench.SignAsync(original, bench.Approval with { FieldName = "Here" });

        await SigningBench.JudgeAsync(original, signed);
        bench.Identity.Hash.ShouldBe(HashAlgorithmName.SHA256);
        bench.Validate(signed).Signatures[0].Cms!.Signer!.Algorithm.ShouldContain("SHA-384");
    }

    [Theory]
    [InlineData("/MDP << /P 2 >>", null, 2)]
    [InlineData("/MDP << /P 0 >>", 1, null)]
    [InlineData("/Ff 128 /LockDocument /true", 1, 1)]
    public async Task Certifies_as_is_demanded(string seed, int? asked, int? expected)
    {
        var bench = await SigningBench.Shared;

        var signed = await bench.SignAsync(Field(bench, seed), bench.Approval with { FieldName = "Here", Certify = asked });

        bench.Validate(signed).Signatures[0].Certification.ShouldBe(expected);
    }

    [Fact]
    public async Task Refuses_to_certify_after_another_signature()
    {
        var bench = await SigningBench.Shared;
        var once = await bench.SignAsync(Field(bench, "/MDP << /P 2 >>"));

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => bench.SignAsync(once, bench.Approval with { FieldName = "Here" }));

        refusal.Detail.ShouldContain("/MDP");
    }

    [Fact]
    public async Task Leaves_the_seed_of_another_field_alone()
    {
        var bench = await SigningBench.Shared;
        var original = Field(bench, "/Ff 1 /Filter /Entrust.PPKEF");

        var signed = await bench.SignAsync(original);

        await SigningBench.JudgeAsync(original, signed);
    }

    private static byte[] Field(SigningBench bench, string seed)
    {
        seed = seed
            .Replace("LEAF", Convert.ToHexString(bench.Identity.Certificate.RawData), StringComparison.Ordinal)
            .Replace("ISSUER", Convert.ToHexString(bench.Identity.Chain[0].RawData), StringComparison.Ordinal);
        return PdfBuilder.OnePage("/AcroForm << /Fields [4 0 R] /SigFlags 1 >>", "/Annots [4 0 R]")
            .Object(4, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Here) /Rect [0 0 0 0] /F 132 /P 3 0 R /SV 5 0 R >>")
            .Object(5, $"<< /Type /SV {seed} >>")
            .Table();
    }
}
