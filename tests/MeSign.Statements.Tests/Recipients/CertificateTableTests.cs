using System.Security.Cryptography;
using Azure.Data.Tables;
using MeSign.Statements.Recipients;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Recipients;

public sealed class CertificateTableTests(AzuriteFixture azurite)
{
    private static readonly RecipientPki Pki = RecipientPki.Shared;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keeps_a_certificate_under_each_of_its_addresses()
    {
        var table = await TableAsync();
        var certificate = Pki.Issue("", names: RecipientPki.Rfc822Name("jana@example.test", "jana@other.test"));

        var kept = await table.AddAsync(certificate, [Pki.Issuing], Cancellation);

        kept.Select(address => address.Text).ShouldBe(["jana@example.test", "jana@other.test"]);
        foreach (var address in kept)
        {
            var found = (await table.FindAsync(address, Cancellation)).Single();
            found.Der.ToArray().ShouldBe(certificate.RawData);
            found.Intermediates.Single().ToArray().ShouldBe(Pki.Issuing.RawData);
        }
    }

    [Fact]
    public async Task Keeps_one_of_a_certificate_added_twice()
    {
        var table = await TableAsync();
        var certificate = Pki.Issue("jana@example.test");
        await table.AddAsync(certificate, [], Cancellation);
        await table.AddAsync(certificate, [Pki.Issuing], Cancellation);

        var found = await table.FindAsync(Address("jana@example.test"), Cancellation);

        found.Single().Intermediates.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Removes_one_certificate_and_no_other()
    {
        var table = await TableAsync();
        var (old, recent) = (Pki.Issue("jana@example.test"), Pki.Issue("jana@example.test"));
        await table.AddAsync(old, [], Cancellation);
        await table.AddAsync(recent, [], Cancellation);
        var thumbprint = Convert.ToHexString(SHA256.HashData(old.RawData));

        (await table.RemoveAsync(Address("jana@example.test"), thumbprint, Cancellation)).ShouldBeTrue();
        (await table.RemoveAsync(Address("jana@example.test"), thumbprint, Cancellation)).ShouldBeFalse();

        (await table.FindAsync(Address("jana@example.test"), Cancellation)).Single().Der.ToArray().ShouldBe(recent.RawData);
    }

    [Fact]
    public async Task Lists_all_or_those_of_a_domain()
    {
        var table = await TableAsync();
        await table.AddAsync(Pki.Issue("a@one.test"), [], Cancellation);
        await table.AddAsync(Pki.Issue("b@one.test"), [], Cancellation);
        await table.AddAsync(Pki.Issue("c@two.test"), [], Cancellation);

        (await table.ListAsync(null, Cancellation).CountAsync(Cancellation)).ShouldBe(3);
        (await table.ListAsync("one.test", Cancellation).CountAsync(Cancellation)).ShouldBe(2);
        (await table.ListAsync("three.test", Cancellation).CountAsync(Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Refuses_a_certificate_of_nobody()
    {
        var table = await TableAsync();

        var fault = await Should.ThrowAsync<InvalidDataException>(table.AddAsync(Pki.Issuing, [], Cancellation));

        fault.Message.ShouldBe("The certificate names no mail address: it needs an rfc822Name or SmtpUTF8Mailbox in subjectAltName.");
    }

    private async Task<CertificateTable> TableAsync()
    {
        var tables = new TableServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        await tables.CreateTableIfNotExistsAsync("certificates", Cancellation);
        return new CertificateTable(tables);
    }

    private static EmailAddress Address(string text)
    {
        EmailAddress.TryParse(text, out var address, out var problem).ShouldBeTrue(problem);
        return address!;
    }
}
