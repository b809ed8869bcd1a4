using MeSign.Statements.Signing;

namespace MeSign.Statements.Tests.Signing;

/// <summary>Where a request may go.</summary>
public sealed class ValidationMaterialAddressTests : ValidationMaterialBench
{
    [Fact]
    public async Task Goes_to_no_private_address_unless_told_so()
    {
        await using var server = await TestRevocationServer.StartAsync();
        using var signing = Signing(("AllowPrivateAddresses", "false"));

        (await DelayedAsync(signing, Identity(server))).Message.ShouldContain("MeSign:Revocation:AllowPrivateAddresses");
        server.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Is_led_to_no_private_address_by_a_redirect()
    {
        await using var inner = await TestRevocationServer.StartAsync();
        await using var server = await TestRevocationServer.StartAsync();
        server.Instead = context =>
        {
            context.Response.Redirect(new UriBuilder(inner.Address) { Host = "localhost", Path = context.Request.Path }.Uri.ToString());
            return Task.FromResult(true);
        };
        using var signing = Signing();

        (await DelayedAsync(signing, Identity(server))).Message.ShouldContain("127.0.0.1 leads to localhost, which has only private addresses");
        inner.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(int.MaxValue, false)]
    public async Task Follows_few_redirects(int redirects, bool arrives)
    {
        await using var server = await TestRevocationServer.StartAsync(ocsp: false);
        using var signing = Signing();
        server.Instead = context =>
        {
            var count = context.Request.Query.TryGetValue("n", out var text) ? int.Parse(text!, System.Globalization.CultureInfo.InvariantCulture) : 0;
            if (count >= redirects)
                return Task.FromResult(false);
            context.Response.Redirect($"{context.Request.Path}?n={count + 1}");
            return Task.FromResult(true);
        };

        var gather = () => GatherAsync(signing, Identity(server));

        if (arrives)
            (await gather()).Crls.Count.ShouldBe(2);
        else
            (await gather.ShouldThrowAsync<StatementDelayedException>()).Message.ShouldContain("HTTP 302");
        server.Requests.Count.ShouldBeLessThan(10);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.0", false)]
    [InlineData("169.254.169.254", true)]
    [InlineData("100.127.0.1", true)]
    [InlineData("193.0.6.139", false)]
    [InlineData("::1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:a00:1::1", true)]
    [InlineData("2001:67c:2e8:22::c100:68b", false)]
    public void Knows_private_addresses(string address, bool isPrivate) =>
        PrivateAddresses.Contains(System.Net.IPAddress.Parse(address)).ShouldBe(isPrivate);
}
