using System.Security.Cryptography;
using MeSign.Statements.Recipients;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Recipients;

/// <summary>Where certificates are found, and what an answer is worth later.</summary>
public sealed class RecipientDirectoryTests(AzuriteFixture azurite) : RecipientDirectoryBench(azurite)
{
    [Fact]
    public async Task Collects_from_table_and_folder_without_repeating_one()
    {
        using var room = await RoomAsync();
        var (both, inTable, inFolder) = (Pki.Issue(Jana), Pki.Issue(Jana, RecipientPki.RsaKey), Pki.Issue(Jana));
        await room.Table.AddAsync(both, [], Cancellation);
        await room.Table.AddAsync(inTable, [], Cancellation);
        await File.WriteAllTextAsync(Path.Combine(room.Certificates, "two.pem"), both.ExportCertificatePem() + "\n" + inFolder.ExportCertificatePem(), Cancellation);

        var found = await room.Recipients.FindAsync(Recipient(Jana), Cancellation);

        found.Usable.Select(certificate => certificate.SerialNumber)
            .ShouldBe([both.SerialNumber, inTable.SerialNumber, inFolder.SerialNumber], ignoreOrder: true);
    }

    [Fact]
    public async Task Finds_nothing_for_a_stranger()
    {
        using var room = await RoomAsync();
        await room.Table.AddAsync(Pki.Issue(Jana), [], Cancellation);

        var found = await room.Recipients.FindAsync(Recipient("ana@example.test"), Cancellation);

        found.Usable.ShouldBeEmpty();
        found.Rejected.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("jana@xn--pklad-zsa96e.test", "Jana@PŘÍKLAD.test")]
    [InlineData("JANA@example.test", "jana@Example.TEST")]
    public async Task Finds_an_address_in_every_spelling(string inCertificate, string inJob)
    {
        using var room = await RoomAsync();
        await room.Table.AddAsync(Pki.Issue(inCertificate), [], Cancellation);

        (await room.Recipients.FindAsync(Recipient(inJob), Cancellation)).Usable.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Finds_an_internationalised_mailbox()
    {
        using var room = await RoomAsync();
        await room.Table.AddAsync(Pki.Issue("", names: RecipientPki.SmtpUtf8Mailbox("jána@xn--pklad-zsa96e.test")), [], Cancellation);

        (await room.Recipients.FindAsync(Recipient("jána@příklad.test"), Cancellation)).Usable.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Believes_no_ASCII_address_in_an_internationalised_mailbox()
    {
        using var room = await RoomAsync();
        var certificate = Pki.Issue("", names: RecipientPki.SmtpUtf8Mailbox(Jana));
        await File.WriteAllBytesAsync(Path.Combine(room.Certificates, $"{Jana}.cer"), certificate.RawData, Cancellation);

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Rejected.Single().Problem.ShouldBe(CertificateProblem.AddressMismatch);
    }

    [Fact]
    public async Task Tells_capitals_apart_where_the_setting_says_so()
    {
        using var room = await RoomAsync(settings: ("CaseSensitiveLocalPart", "true"));
        await room.Table.AddAsync(Pki.Issue(Jana), [], Cancellation);

        (await room.Recipients.FindAsync(Recipient("Jana@example.test"), Cancellation)).Rejected.Single().Problem.ShouldBe(CertificateProblem.AddressMismatch);
        (await room.Recipients.FindAsync(Recipient("jana@EXAMPLE.test"), Cancellation)).Usable.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waits_where_the_table_does_not_answer_even_if_the_folder_has_one()
    {
        var storage = await Azurite.NewAccountAsync();
        using var room = new RecipientRoom(storage with { ConnectionString = DeadConnection() });
        await File.WriteAllBytesAsync(Path.Combine(room.Certificates, "jana.cer"), Pki.Issue(Jana).RawData, Cancellation);

        var delay = await Should.ThrowAsync<StatementDelayedException>(room.Recipients.FindAsync(Recipient(Jana), Cancellation));

        delay.Message.ShouldBe("the certificate table does not answer");
    }

    [Fact]
    public async Task Waits_where_the_table_is_missing()
    {
        using var room = new RecipientRoom(await Azurite.NewAccountAsync());

        await Should.ThrowAsync<StatementDelayedException>(room.Recipients.FindAsync(Recipient(Jana), Cancellation));
    }

    [Fact]
    public async Task Waits_where_the_folder_is_gone()
    {
        using var room = await RoomAsync();
        await room.Recipients.FindAsync(Recipient(Jana), Cancellation);
        Directory.Delete(room.Certificates);

        var delay = await Should.ThrowAsync<StatementDelayedException>(room.Recipients.FindAsync(Recipient(Jana), Cancellation));

        delay.Message.ShouldBe("the certificate folder cannot be read");
    }

    [Fact]
    public async Task Follows_the_folder_as_it_changes()
    {
        using var room = await RoomAsync();
        var file = Path.Combine(room.Certificates, "any name.pem");

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.ShouldBeEmpty();
        await File.WriteAllTextAsync(file, Pki.Issue(Jana).ExportCertificatePem(), Cancellation);
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.Count.ShouldBe(1);
        File.Delete(file);
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.ShouldBeEmpty();
    }

    [Fact]
    public async Task Remembers_an_answer_for_its_time_and_a_negative_one_briefly()
    {
        using var room = await RoomAsync(settings: [("CacheEntries", "100"), ("CacheTime", "00:05:00"), ("NegativeCacheTime", "00:00:15")]);
        var certificate = Pki.Issue(Jana);
        EmailAddress.TryParse(Jana, out var jana, out _).ShouldBeTrue();

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.ShouldBeEmpty();
        await room.Table.AddAsync(certificate, [], Cancellation);
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.ShouldBeEmpty();
        room.Time.Advance(TimeSpan.FromSeconds(15));
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.Count.ShouldBe(1);
        await room.Table.RemoveAsync(jana!, Convert.ToHexString(SHA256.HashData(certificate.RawData)), Cancellation);
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.Count.ShouldBe(1);
        room.Time.Advance(TimeSpan.FromMinutes(5));
        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.ShouldBeEmpty();
    }

    [Fact]
    public async Task Remembers_no_certificate_beyond_its_expiry()
    {
        using var room = await RoomAsync(settings: [("CacheEntries", "100"), ("CacheTime", "01:00:00")]);
        await room.Table.AddAsync(Pki.Issue(Jana, until: RecipientPki.Now.AddMinutes(10)), [], Cancellation);

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Usable.Count.ShouldBe(1);
        room.Time.Advance(TimeSpan.FromMinutes(11));

        (await room.Recipients.FindAsync(Recipient(Jana), Cancellation)).Rejected.Single().Problem.ShouldBe(CertificateProblem.Expired);
    }

    // Nobody listens on port 1 of this machine.
    private static string DeadConnection() =>
        $"DefaultEndpointsProtocol=http;AccountName=dead;AccountKey={Convert.ToBase64String(new byte[32])};TableEndpoint=http://127.0.0.1:1/dead;";
}
