using System.Security.Cryptography.X509Certificates;
using MeSign.Statements.Issuers;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Tests.Fixtures;
using MeSign.Statements.Tests.Pdf;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Pipeline;

/// <summary>What would fail every statement stops the start.</summary>
[Collection(SandboxFixture.Collection)]
public sealed class StartTests(SandboxFixture fixture)
{
    private const string Issuer = "MeSign:Issuers:example-bank";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_every_seal_that_cannot_be_shown()
    {
        using var folder = new TestFolder();
        await Tool.RunAsync("qpdf", folder.Write("one.pdf", PdfBuilder.OnePage().Table()), folder["encrypted.pdf"], "--encrypt", "", "owner", "256", "--");
        await Tool.RunAsync("qpdf", folder["one.pdf"], folder["secret.pdf"], "--encrypt", "user", "owner", "256", "--");
        await Tool.RunAsync("qpdf", "--empty", "--pages", folder["one.pdf"], folder["one.pdf"], "--", folder["two.pdf"]);
        var seals = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["good"] = folder["one.pdf"],
            ["locked"] = folder["encrypted.pdf"],
            ["secret"] = folder["secret.pdf"],
            ["long"] = folder["two.pdf"],
            ["text"] = folder.Write("text.pdf", "no PDF"u8),
        };
        await using var run = await fixture.StartAsync([.. seals.SelectMany(seal => Copy(seal.Key).Append(($"MeSign:Issuers:{seal.Key}:Appearance:Seal", seal.Value)))]);

        var faults = Should.Throw<OptionsValidationException>(() => run.Part<IssuerDirectory>()).Failures.ToList();

        faults.Count.ShouldBe(4);
        faults.ShouldNotContain(fault => fault.Contains("damaged"));
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:secret:Appearance:Seal: ") && fault.EndsWith("secret.pdf needs a password: save it without one, as qpdf --decrypt does"));
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:locked:Appearance:Seal: ") && fault.EndsWith("encrypted.pdf is encrypted: save it without a password and without restrictions, as qpdf --decrypt does"));
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:long:Appearance:Seal: ") && fault.EndsWith("two.pdf has more than one page: give a PDF of the one page that is to be shown, as qpdf --pages makes it"));
        faults.ShouldContain(fault => fault.StartsWith("MeSign:Issuers:text:Appearance:Seal: ") && fault.Contains("not a PDF"));
    }

    [Fact]
    public async Task Refuses_an_issuer_whose_certificate_is_not_for_signatures()
    {
        using var folder = new TestFolder();
        var order = CertificateProfiles.Organization("Closed", RunningSandbox.FromAddress) with { KeyUsages = X509KeyUsageFlags.KeyEncipherment };
        using var certificate = fixture.Sandbox.Authority.Issue(order);
        var password = await AuthorityFiles.WritePkcs12Async(fixture.Sandbox.Authority, certificate, folder["closed.p12"], Cancellation);
        await using var run = await fixture.StartAsync([.. Copy("closed"), ("MeSign:Issuers:closed:SigningPkcs12", folder["closed.p12"]), ("MeSign:Issuers:closed:SigningPasswordFile", password)]);

        var fault = Should.Throw<OptionsValidationException>(() => run.Part<IssuerDirectory>()).Failures.ShouldHaveSingleItem();

        fault.ShouldStartWith("MeSign:Issuers:closed");
        fault.ShouldContain("keyUsage with neither digitalSignature nor nonRepudiation: order a certificate for signing");
    }

    [Fact]
    public async Task Refuses_every_issuer_whose_certificate_is_revoked()
    {
        using var folder = new TestFolder();
        using var revoked = fixture.Sandbox.Authority.Issue(CertificateProfiles.Organization("Gone", RunningSandbox.FromAddress));
        fixture.Sandbox.Authority.Revoke(revoked);
        var password = await AuthorityFiles.WritePkcs12Async(fixture.Sandbox.Authority, revoked, folder["gone.p12"], Cancellation);
        (string, string)[] Gone(string id) => [.. Copy(id), ($"MeSign:Issuers:{id}:SigningPkcs12", folder["gone.p12"]), ($"MeSign:Issuers:{id}:SigningPasswordFile", password), ($"MeSign:Issuers:{id}:Pdf:Level", "B-LT")];
        await using var run = await fixture.StartAsync([.. Gone("gone"), .. Gone("lost"), ($"{Issuer}:Pdf:Level", "B-LTA")]);

        var faults = (await Should.ThrowAsync<OptionsValidationException>(() => run.Part<SignerRevocation>().CheckAsync(Cancellation))).Failures.ToList();

        faults.Count.ShouldBe(2);
        faults[0].ShouldStartWith("MeSign:Issuers:gone: SigningCertificateRevoked: ");
        faults[1].ShouldStartWith("MeSign:Issuers:lost: SigningCertificateRevoked: ");
    }

    [Fact]
    public async Task Warns_of_an_authority_that_does_not_answer()
    {
        // The sandbox's lists are on loopback.
        await using var run = await fixture.StartAsync(($"{Issuer}:Pdf:Level", "B-LT"), ("MeSign:Revocation:AllowPrivateAddresses", "false"));

        await run.Part<SignerRevocation>().CheckAsync(Cancellation);

        run.Logs.Lines.Single(line => line.Text.Contains("Its statements wait", StringComparison.Ordinal)).Text.ShouldContain("AllowPrivateAddresses");
    }

    [Fact]
    public async Task Asks_nobody_where_no_signature_holds_revocation_data()
    {
        await using var run = await fixture.StartAsync();

        await run.Part<SignerRevocation>().CheckAsync(Cancellation);

        run.Logs.Lines.ShouldNotContain(line => line.Text.Contains("Its statements wait", StringComparison.Ordinal));
    }

    /// <summary>The sandbox's issuer under another id.</summary>
    private IEnumerable<(string Name, string Value)> Copy(string id) => fixture.Sandbox.Settings
        .Where(setting => setting.Key.StartsWith(Issuer + ":", StringComparison.Ordinal))
        .Select(setting => ($"MeSign:Issuers:{id}{setting.Key[Issuer.Length..]}", setting.Value!));
}
