using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Recipients;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Sealing;

namespace MeSign.Statements.Tests.Recipients;

/// <summary>Which certificates are used, and why others are not.</summary>
public sealed class RecipientCertificateTests(AzuriteFixture azurite) : RecipientDirectoryBench(azurite)
{
    /// <summary>What is wrong with each certificate, and what it is called.</summary>
    public static TheoryData<string, CertificateProblem?> Certificates => new()
    {
        { "EC", null },
        { "RSA", null },
        { "no keyUsage", null },
        { "no extendedKeyUsage", null },
        { "anyExtendedKeyUsage", null },
        { "P-384", null },
        { "X25519", null },
        { "second of two addresses", null },
        { "address in capitals", null },
        { "expires in a second", null },
        { "expired", CertificateProblem.Expired },
        { "not yet valid", CertificateProblem.NotYetValid },
        { "another root", CertificateProblem.Untrusted },
        { "RSA without keyEncipherment", CertificateProblem.KeyUsage },
        { "EC without keyAgreement", CertificateProblem.KeyUsage },
        { "for clients only", CertificateProblem.ExtendedKeyUsage },
        { "another's address", CertificateProblem.AddressMismatch },
        { "address in the subject only", CertificateProblem.AddressMismatch },
        { "RSA of 1024 bits", CertificateProblem.WeakKey },
        { "RSA with exponent of its length", CertificateProblem.WeakKey },
        { "curve secp256k1", CertificateProblem.WeakKey },
        { "X25519 without keyAgreement", CertificateProblem.KeyUsage },
        { "X25519 of small order", CertificateProblem.WeakKey },
        { "ML-KEM-768", CertificateProblem.PostQuantumOff },
        { "ML-KEM-512", CertificateProblem.WeakKey },
        { "Ed25519", CertificateProblem.WeakKey },
    };

    private readonly List<string> _files = [];

    [Theory, MemberData(nameof(Certificates))]
    public async Task Tells_each_certificate_by_its_first_problem(string kind, CertificateProblem? problem)
    {
        using var room = await RoomAsync();
        var certificate = Make(kind);
        await File.WriteAllBytesAsync(Path.Combine(room.Certificates, $"{Jana}.cer"), certificate.RawData, Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        var thumbprint = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        if (problem is null)
        {
            found.Rejected.ShouldBeEmpty();
            found.Usable.Single().RawData.ShouldBe(certificate.RawData);
            return;
        }

        found.Usable.ShouldBeEmpty();
        found.Rejected.ShouldBe([new RejectedCertificate(thumbprint, problem.Value, "folder")]);
    }

    [Theory]
    [InlineData("ML-KEM-768", null)]
    [InlineData("ML-KEM-1024", null)]
    [InlineData("ML-KEM-512", CertificateProblem.WeakKey)]
    [InlineData("ML-KEM-768 of another length", CertificateProblem.WeakKey)]
    [InlineData("ML-KEM-768 without keyEncipherment", CertificateProblem.KeyUsage)]
    [InlineData("ML-KEM-768 of another root", CertificateProblem.Untrusted)]
    [InlineData("ML-KEM-768 with another signature", CertificateProblem.Untrusted)]
    [InlineData("ML-KEM-768 of another time", CertificateProblem.Expired)]
    public async Task Uses_post_quantum_keys_where_they_are_allowed(string kind, CertificateProblem? problem)
    {
        using var room = await RoomAsync(settings: ("PostQuantum", "true"));
        await File.WriteAllBytesAsync(Path.Combine(room.Certificates, $"{Jana}.cer"), Make(kind).RawData, Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        found.Rejected.Select(rejected => (CertificateProblem?)rejected.Problem).SingleOrDefault().ShouldBe(problem);
        found.Usable.Count.ShouldBe(problem is null ? 1 : 0);
    }

    [Fact]
    public async Task A_revoked_post_quantum_certificate_is_not_used()
    {
        var certificate = Make("ML-KEM-768");
        using var room = await RoomAsync(settings: [("PostQuantum", "true"), ("Crls:0", NewFile(Pki.Crl(RecipientPki.Now.AddDays(7), certificate)))]);
        await File.WriteAllBytesAsync(Path.Combine(room.Certificates, $"{Jana}.cer"), certificate.RawData, Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        found.Rejected.Single().Problem.ShouldBe(CertificateProblem.Revoked);
    }

    [Fact]
    public async Task Refuses_a_certificate_below_an_authority_that_is_not_for_mail()
    {
        var pki = new RecipientPki("Web", [RecipientPki.ClientAuthentication]);
        using var room = await RoomAsync(pki);
        await room.Table.AddAsync(pki.Issue(Jana), [], Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        found.Rejected.Single().Problem.ShouldBe(CertificateProblem.ExtendedKeyUsage);
    }

    [Fact]
    public async Task Reports_what_is_no_certificate()
    {
        using var room = await RoomAsync();
        await File.WriteAllTextAsync(Path.Combine(room.Certificates, $"{Jana}.cer"), "hello", Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        found.Rejected.Single().Problem.ShouldBe(CertificateProblem.Unreadable);
    }

    [Fact]
    public async Task Uses_intermediates_that_came_with_the_certificate()
    {
        var pki = new RecipientPki("Other");
        using var room = await RoomAsync(pki, ("Intermediates:0", null));
        await room.Table.AddAsync(pki.Issue(Jana), [pki.Issuing], Cancellation);
        await File.WriteAllTextAsync(
            Path.Combine(room.Certificates, "chain.pem"), pki.Issue("bob@example.test").ExportCertificatePem() + "\n" + pki.Issuing.ExportCertificatePem(), Cancellation);
        await room.Table.AddAsync(pki.Issue("eve@example.test"), [], Cancellation);

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.Count.ShouldBe(1);
        (await room.Recipients.FindAsync(Recipient("bob@example.test"), Cancellation)).Usable.Count.ShouldBe(1);
        (await room.Recipients.FindAsync(Recipient("eve@example.test"), Cancellation)).Rejected.Single().Problem.ShouldBe(CertificateProblem.Untrusted);
    }

    [Fact]
    public async Task Trusts_no_root_that_came_with_a_certificate()
    {
        var stranger = new RecipientPki("Stranger");
        using var room = await RoomAsync();
        await room.Table.AddAsync(stranger.Issue(Jana), [stranger.Issuing, stranger.Root], Cancellation);

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Rejected.Single().Problem.ShouldBe(CertificateProblem.Untrusted);
    }

    [Fact]
    public async Task Refuses_a_revoked_certificate_from_the_moment_the_list_says_so()
    {
        using var room = await RoomAsync(settings: ("Crls:0", NewFile(Pki.Crl(RecipientPki.Now.AddDays(7)))));
        var certificate = Pki.Issue(Jana);
        await room.Table.AddAsync(certificate, [], Cancellation);
        var before = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        await File.WriteAllBytesAsync(_files[^1], Pki.Crl(RecipientPki.Now.AddDays(7), certificate), Cancellation);
        var after = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        before.Usable.Count.ShouldBe(1);
        after.Rejected.Single().Problem.ShouldBe(CertificateProblem.Revoked);
    }

    [Fact]
    public async Task Waits_where_an_outdated_list_cannot_tell()
    {
        using var room = await RoomAsync(settings: ("Crls:0", NewFile(Pki.Crl(RecipientPki.Now.AddHours(-1)))));
        await room.Table.AddAsync(Pki.Issue(Jana), [], Cancellation);

        await Should.ThrowAsync<StatementDelayedException>(room.Recipients.FindAsync(Recipient(Jana), Cancellation));
    }

    private string NewFile(byte[] bytes)
    {
        _files.Add(Path.GetTempFileName());
        File.WriteAllBytes(_files[^1], bytes);
        return _files[^1];
    }

    private static X509Certificate2 Make(string kind) => kind switch
    {
        "EC" => Pki.Issue(Jana),
        "RSA" => Pki.Issue(Jana, RecipientPki.RsaKey, usage: X509KeyUsageFlags.KeyEncipherment),
        "no keyUsage" => Pki.Issue(Jana, usage: null),
        "no extendedKeyUsage" => Pki.Issue(Jana, purposes: []),
        "anyExtendedKeyUsage" => Pki.Issue(Jana, purposes: [RecipientPki.AnyPurpose]),
        "P-384" => Pki.Issue(Jana, ECDsa.Create(ECCurve.NamedCurves.nistP384)),
        "X25519" => Pki.Issue(Jana, usage: X509KeyUsageFlags.KeyAgreement, publicKey: SealingPki.Recipient("X25519").PublicKey),
        "X25519 without keyAgreement" => Pki.Issue(Jana, usage: X509KeyUsageFlags.KeyEncipherment, publicKey: SealingPki.Recipient("X25519").PublicKey),
        "X25519 of small order" => Pki.Issue(Jana, publicKey: new PublicKey(new Oid("1.3.101.110"), null, new AsnEncodedData(new byte[32]))),
        "Ed25519" => Pki.Issue(Jana, publicKey: new PublicKey(new Oid("1.3.101.112"), null, new AsnEncodedData(new byte[32]))),
        "ML-KEM-768 without keyEncipherment" => Pki.Issue(Jana, usage: X509KeyUsageFlags.DigitalSignature, publicKey: SealingPki.Recipient("ML-KEM-768").PublicKey),
        "ML-KEM-768 of another length" => Pki.Issue(Jana, publicKey: new PublicKey(new Oid("2.16.840.1.101.3.4.4.2"), null, new AsnEncodedData(new byte[1183]))),
        "ML-KEM-768 of another root" => new RecipientPki().Issue(Jana, usage: X509KeyUsageFlags.KeyEncipherment, publicKey: SealingPki.Recipient("ML-KEM-768").PublicKey),
        "ML-KEM-768 with another signature" => Altered(Make("ML-KEM-768")),
        "ML-KEM-768 of another time" => Pki.Issue(Jana, until: RecipientPki.Now, usage: X509KeyUsageFlags.KeyEncipherment, publicKey: SealingPki.Recipient("ML-KEM-768").PublicKey),
        "ML-KEM-512" or "ML-KEM-768" or "ML-KEM-1024" => Pki.Issue(Jana, usage: X509KeyUsageFlags.KeyEncipherment, publicKey: SealingPki.Recipient(kind).PublicKey),
        "second of two addresses" => Pki.Issue("", names: RecipientPki.Rfc822Name("jn@example.test", Jana)),
        "address in capitals" => Pki.Issue("JANA@EXAMPLE.TEST"),
        "expires in a second" => Pki.Issue(Jana, until: RecipientPki.Now.AddSeconds(1)),
        "expired" => Pki.Issue(Jana, until: RecipientPki.Now),
        "not yet valid" => Pki.Issue(Jana, from: RecipientPki.Now.AddSeconds(1)),
        "another root" => new RecipientPki().Issue(Jana),
        "RSA without keyEncipherment" => Pki.Issue(Jana, RecipientPki.RsaKey, usage: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement),
        "EC without keyAgreement" => Pki.Issue(Jana, usage: X509KeyUsageFlags.KeyEncipherment),
        "for clients only" => Pki.Issue(Jana, purposes: [RecipientPki.ClientAuthentication]),
        "another's address" => Pki.Issue("bob@example.test"),
        "address in the subject only" => Pki.Issue("", names: RecipientPki.Rfc822Name(), subject: $"CN=Jana, E={Jana}"),
        "RSA of 1024 bits" => Pki.Issue(Jana, RSA.Create(1024)),
        "RSA with exponent of its length" => Pki.Issue(Jana, LargeExponent()),
        "curve secp256k1" => Pki.Issue(Jana, ECDsa.Create(ECCurve.CreateFromValue("1.3.132.0.10"))),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    // The last bytes are the signature's.
    private static X509Certificate2 Altered(X509Certificate2 certificate)
    {
        var der = certificate.RawData;
        der[^5] ^= 1;
        return X509CertificateLoader.LoadCertificate(der);
    }

    private static RSA LargeExponent()
    {
        var parameters = RecipientPki.RsaKey.ExportParameters(false);
        var exponent = RandomNumberGenerator.GetBytes(255);
        exponent[0] |= 1;
        exponent[^1] |= 1;
        return RSA.Create(new RSAParameters { Modulus = parameters.Modulus, Exponent = exponent });
    }
}
