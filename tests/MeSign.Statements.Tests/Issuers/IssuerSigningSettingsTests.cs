using MeSign.Statements.Issuers;
using MeSign.Statements.Signing;
using MeSign.Statements.Tests.Signing;
using MeSign.Statements.Tests.Trust;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace MeSign.Statements.Tests.Issuers;

public sealed class IssuerSigningSettingsTests : IDisposable
{
    private readonly OpenSsl _files = new();
    private readonly FakeTimeProvider _time = new(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _files.Dispose();

    [Fact]
    public void A_key_on_a_token_is_a_whole_identity()
    {
        _ = SoftHsm.Shared;

        Validate(OnToken(_files.File("pin.txt", SoftHsm.Pin + "\n"))).ShouldBeEmpty();
    }

    [Fact]
    public void The_key_is_in_exactly_one_place()
    {
        var none = new IssuerOptions { FromAddress = "statements@bank.example" };
        var both = OnToken(_files.File("pin.txt", SoftHsm.Pin), pkcs12: _files.File("bank.p12", "…"));

        Validate(none).ShouldContain(fault => fault.Contains("SigningPkcs12 is empty: name the signing identity, or SigningPkcs11Module"));
        Validate(both).ShouldContain(fault => fault.Contains("are both given"));
    }

    [Fact]
    public void Names_what_a_module_needs()
    {
        var faults = Validate(new IssuerOptions { FromAddress = "statements@bank.example", SigningPkcs11Module = SoftHsm.Module, SigningPkcs11PinFile = "/nowhere/pin" });

        faults.ShouldContain(fault => fault.Contains("SigningPkcs11Token is empty"));
        faults.ShouldContain(fault => fault.Contains("SigningPkcs11Label is empty"));
        faults.ShouldContain(fault => fault.Contains("SigningPkcs11PinFile \"/nowhere/pin\" does not exist"));
    }

    private IssuerOptions OnToken(string pinFile, string pkcs12 = "") => new()
    {
        FromAddress = "statements@bank.example",
        SigningPkcs12 = pkcs12,
        SigningPkcs11Module = SoftHsm.Module,
        SigningPkcs11Token = SoftHsm.Token,
        SigningPkcs11Label = "ec",
        SigningPkcs11PinFile = pinFile,
        SigningPkcs11Chain = [_files.File("chain.pem", TestAuthority.Shared.Issuing.ExportCertificatePem() + "\n" + TestAuthority.Shared.Root.ExportCertificatePem())],
    };

    /// <summary>The faults of the signing settings alone.</summary>
    private IReadOnlyList<string> Validate(IssuerOptions issuer)
    {
        var validator = new IssuersOptionsValidator(Options.Create(new TimestampOptions()), _time);

        return [.. (validator.Validate(null, new IssuersOptions { ["northbank"] = issuer }).Failures ?? []).Where(fault => fault.Contains(":Signing") || fault.Contains("FromAddress"))];
    }
}
