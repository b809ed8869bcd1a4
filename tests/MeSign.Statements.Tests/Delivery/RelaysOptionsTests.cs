using MeSign.Statements.Delivery;
using MeSign.Statements.Ledger;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Delivery;

public class RelaysOptionsTests
{
    [Fact]
    public void Reads_every_relay_with_its_defaults()
    {
        var relays = Bind(("MeSign:Relays:main:Host", "smtp.bank.example"), ("MeSign:Relays:spare:Host", "x"), ("MeSign:Relays:spare:Tls", "Implicit"));

        relays.Keys.ShouldBe(["main", "spare"], ignoreOrder: true);
        relays["main"].EffectivePort.ShouldBe(587);
        relays["main"].Tls.ShouldBe(TlsMode.StartTls);
        relays["spare"].EffectivePort.ShouldBe(465);
    }

    [Fact]
    public void Takes_clear_text_to_this_machine()
    {
        var relays = Bind(("MeSign:Relays:main:Host", "127.0.0.1"), ("MeSign:Relays:main:Tls", "None"));

        relays["main"].EffectivePort.ShouldBe(25);
    }

    [Fact]
    public void Names_every_fault_of_every_relay()
    {
        var failure = Should.Throw<OptionsValidationException>(() => Bind(
            ("MeSign:Relays:a:Port", "70000"),
            ("MeSign:Relays:b:Host", "smtp.bank.example"),
            ("MeSign:Relays:b:Tls", "None"),
            ("MeSign:Relays:b:User", "bank"),
            ("MeSign:Relays:b:TrustedRoots:0", "/nowhere/root.pem"),
            ("MeSign:Relays:c:Host", "x"),
            ("MeSign:Relays:c:Timeout", "00:10:00"),
            ("MeSign:Relays:d:Host", "x"),
            ("MeSign:Relays:d:TlsPolicy", "Testing"),
            ("MeSign:Relays:d:RequireTls", "true")));

        var faults = string.Join('\n', failure.Failures);
        faults.ShouldSatisfyAllConditions(
            () => faults.ShouldContain("MeSign:Relays:a"),
            () => faults.ShouldContain("Host"),
            () => faults.ShouldContain("Port"),
            () => faults.ShouldContain("MeSign:Relays:b: "),
            () => faults.ShouldContain("Tls None would send clear text"),
            () => faults.ShouldContain("User goes with PasswordFile or TokenScope"),
            () => faults.ShouldContain("/nowhere/root.pem"),
            () => faults.ShouldContain("TlsPolicy Testing would give a password"),
            () => faults.ShouldContain("MeSign:Relays:c:Timeout 00:10:00 needs a MeSign:Delivery:Lease of at least 00:10:10; it is 00:05:00"));
    }

    [Theory]
    [InlineData("Host", "localhost:587", "is not the name or address of a host: leave out scheme and path, and give the port as Port")]
    [InlineData("Host", "https://localhost", "is not the name or address of a host")]
    [InlineData("CertificateNames:0", "*.bank.example", "is not the name of a host: write out one that the certificate is for")]
    [InlineData("CertificateNames:0", "smtp.bank.example:587", "is not the name of a host")]
    public void Refuses_what_is_no_name_of_a_host(string field, string value, string fault)
    {
        (string, string)[] host = field == "Host" ? [] : [("MeSign:Relays:main:Host", "localhost")];

        var failure = Should.Throw<OptionsValidationException>(() => Bind([.. host, ($"MeSign:Relays:main:{field}", value)]));

        failure.Failures.ShouldHaveSingleItem().ShouldContain($"{field.Split(':')[0]} \"{value}\" {fault}");
    }

    [Theory]
    [InlineData("smtp.bank.example.")]
    [InlineData("smtp_relay.internal")]
    [InlineData("::1")]
    public void Takes_names_and_addresses(string host) =>
        Bind(("MeSign:Relays:main:Host", host), ("MeSign:Relays:main:CertificateNames:0", host))["main"].Host.ShouldBe(host);

    private static IDictionary<string, RelayOptions> Bind(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
        using var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddDelivery()
            .AddLedger()
            .BuildServiceProvider();
        return provider.GetRequiredService<IOptions<RelaysOptions>>().Value.Relays;
    }
}
