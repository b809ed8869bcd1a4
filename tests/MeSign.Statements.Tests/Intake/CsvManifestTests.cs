using System.Text;
using Azure.Storage.Blobs;
using MeSign.Statements.Intake;
using MeSign.Statements.Tests.Fixtures;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Tests.Intake;

public sealed class CsvManifestTests(AzuriteFixture azurite)
{
    private const string Mapping = """
        {
          "version": 1,
          "delimiter": ";",
          "columns": { "Číslo": "id", "E-mail": "recipient.email", "Jméno": "recipient.name", "Soubor": "document.blob", "Otisk": "document.sha256", "Období": "fields.period", "Banka": "issuer" },
          "constants": { "kind": "statement", "document.name": "Výpis.pdf" },
          "issuers": { "northbank": { "recipient.locale": "cs-CZ", "fields.period": "říjen 2026" } }
        }
        """;

    private const string Header = "Číslo;E-mail;Jméno;Soubor;Otisk;Období;Banka";

    private static readonly BatchOrder Order = new("2026-10", "2026-10/october.csv", Mapping: "2026-10/mapping.json");

    private static readonly string Sha256 = new('a', 64);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Makes_a_job_of_each_row_by_columns_constants_and_defaults_of_the_issuer()
    {
        var manifest = await ManifestAsync($"\uFEFF{Header}\r\n1;jana@example.test;\"Nováková; \"\"Jana\"\"\";a.pdf;{Sha256};září;northbank\r\n2; petr@example.test ;;b.pdf;{Sha256};;northbank\r\n");

        var chunk = await manifest.ReadAsync(Order, Cancellation);

        chunk.Continuation.ShouldBeNull();
        chunk.Lines.Select(line => (line.Number, line.Identity)).ShouldBe([(2, new JobIdentity("2026-10", "1", "northbank")), (3, new JobIdentity("2026-10", "2", "northbank"))]);
        var jobs = chunk.Lines.Select(line => new JobReader().Read(line.Job!)).ToList();
        jobs[0].ShouldSatisfyAllConditions(
            job => job.Batch.ShouldBe("2026-10"),
            job => job.Recipient.ShouldBe(new JobRecipient("jana@example.test", "Nováková; \"Jana\"", "cs-CZ")),
            job => job.Document.ShouldBe(new JobDocument("a.pdf", Sha256, "Výpis.pdf")),
            job => job.Fields["period"].GetString().ShouldBe("září"));
        jobs[1].Recipient.ShouldBe(new JobRecipient("petr@example.test", null, "cs-CZ"));
        jobs[1].Fields["period"].GetString().ShouldBe("říjen 2026");
    }

    [Fact]
    public async Task Goes_on_where_it_stopped_over_line_breaks_inside_cells()
    {
        var ids = Enumerable.Range(1, 503).Select(number => $"{number:000}").ToList();
        var manifest = await ManifestAsync(
            Header + "\n" + string.Join('\n', ids.Select(id => $"{id};a@b.test;\"{new string('ř', 900)}\n\"\"x\"\"\";a.pdf;{Sha256};říjen;northbank")), linesPerChunk: 50);

        var (seen, chunks) = (new List<string>(), 0);
        for (var order = Order; order is not null; chunks++)
        {
            var chunk = await manifest.ReadAsync(order, Cancellation);
            chunk.Lines.ShouldAllBe(line => line.Refusal == null);
            seen.AddRange(chunk.Lines.Select(line => line.Identity.Job));
            order = chunk.Continuation is null ? null : BatchOrder.Read(chunk.Continuation.ToJson());
        }

        seen.ShouldBe(ids);
        chunks.ShouldBe(11);
    }

    [Fact]
    public async Task Names_row_column_and_fix_and_reads_on()
    {
        var manifest = await ManifestAsync($"{Header}\n1;jana@;;a.pdf;{Sha256};;northbank\na/b;c@d.test;;a.pdf;{Sha256};;northbank\n3;c@d.test\n4;c@d.test;x\"y\";a.pdf;{Sha256};;northbank\n5;c@d.test;;a.pdf;{Sha256};;northbank");

        var lines = (await manifest.ReadAsync(Order, Cancellation)).Lines;

        lines.Count.ShouldBe(5);
        var first = Should.Throw<StatementFailedException>(() => new JobReader().Read(lines[0].Job!));
        lines[0].Explain(first.Detail).ShouldBe("row 2 (byte 49) of the manifest, column \"E-mail\": recipient.email is not an address: nothing after the @");
        lines[1].Refusal!.Detail.ShouldStartWith("row 3 (byte 140) of the manifest, column \"Číslo\": id \"a/b\" is not an id");
        lines[2].Refusal!.Detail.ShouldContain("row 4 ");
        lines[2].Refusal!.Detail.ShouldContain("has 2 cells, the header 7: put cells that hold ; in quotes");
        lines[3].Refusal!.Detail.ShouldContain("is not CSV");
        lines[4].Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task A_carriage_return_that_ends_no_line_costs_the_rows_that_it_joins_and_no_other()
    {
        var manifest = await ManifestAsync($"{Header}\n{Row("1")}\r{Row("2")}\n\r{Row("3")}\r\r\n5;c@d.test;\"x\ry\";a.pdf;{Sha256};;northbank\r\n");

        var lines = (await manifest.ReadAsync(Order, Cancellation)).Lines;

        lines[0].Refusal.ShouldBe(new ManifestRefusal(FailureCode.UnreadableJob,
            "row 2 (byte 49) of the manifest: holds a carriage return outside quotes: end lines with LF or CRLF, and put cells that hold line breaks in quotes"));
        lines.Skip(1).Select(line => line.Identity.Job).ShouldBe(["3", "5"]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3000)]
    [InlineData(12000)]
    public async Task A_manifest_whose_lines_end_with_carriage_returns_alone_is_refused_as_a_whole(int rows)
    {
        var manifest = await ManifestAsync($"{Header}\r{string.Join('\r', Enumerable.Range(1, rows).Select(number => Row($"{number}")))}\r");

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => manifest.ReadAsync(Order, Cancellation));

        refusal.Detail.ShouldContain("header (row 1) ");
        refusal.Detail.ShouldContain("end lines with LF or CRLF");
    }

    [Fact]
    public async Task Says_where_a_header_is_not_in_UTF_8()
    {
        // "Číslo" in Windows-1250, as Excel saves it.
        var manifest = await ManifestAsync("Èíslo;E-mail\n1;jana@example.test\n", encoding: Encoding.Latin1);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => manifest.ReadAsync(Order, Cancellation));

        refusal.Detail.ShouldBe("the manifest's header (row 1) is not UTF-8: save the file in that encoding");
    }

    [Fact]
    public async Task A_quote_left_open_costs_one_record_of_bounded_length()
    {
        var rows = string.Join('\n', Enumerable.Range(1, 3000).Select(number => $"{number};c@d.test;;a.pdf;{Sha256};;northbank"));
        var manifest = await ManifestAsync($"{Header}\n0;c@d.test;\"open;a.pdf;{Sha256};;northbank\n{rows}", linesPerChunk: 5000);

        var lines = (await manifest.ReadAsync(Order, Cancellation)).Lines;

        lines[0].Refusal!.Detail.ShouldContain("a job is at most 49,152 bytes; is a quote left open?");
        lines.Count.ShouldBeGreaterThan(2400);
        lines[^1].Identity.Job.ShouldBe("3000");
        lines.Skip(1).ShouldAllBe(line => line.Refusal == null);
    }

    [Theory]
    [InlineData("""{"version":1,"columns":{}}""", "columns names 0 columns")]
    [InlineData("""{"version":1,"columns":{"A":"idd"}}""", "columns.A")]
    [InlineData("""{"version":1,"columns":{"A":"id","B":"id"}}""", "two columns for id")]
    [InlineData("""{"version":1,"columns":{"A":"id"},"delimiter":"x"}""", "delimiter is not one of")]
    [InlineData("""{"version":1,"columns":{"A":"id"},"constants":{"sender":"x"}}""", "\"sender\", which is no field of a job")]
    [InlineData("""{"version":1,"columns":{"A":"id"},"column":{}}""", "column is not a field")]
    [InlineData("""{"version":1,"columns":{"A":"id","Absent":"kind"}}""", "has no column \"Absent\"")]
    [InlineData("not JSON", "the mapping is not JSON")]
    public async Task Refuses_a_mapping_that_does_not_fit_and_names_the_fix(string mapping, string detail)
    {
        var manifest = await ManifestAsync("A,B\n1,2\n", mapping: mapping);

        var refusal = await Should.ThrowAsync<StatementFailedException>(() => manifest.ReadAsync(Order, Cancellation));

        refusal.Detail.ShouldContain(detail);
    }

    [Fact]
    public void An_order_for_CSV_names_its_mapping()
    {
        var refusal = Should.Throw<StatementFailedException>(() => BatchOrder.Read(new BinaryData("""{"version":1,"batch":"b","manifest":"b/x.csv"}""")));

        (refusal.Code, BatchOrder.Read(Order.ToJson())).ShouldBe((FailureCode.MissingField, Order));
        refusal.Detail.ShouldStartWith("mapping is absent");
    }

    private static string Row(string id) => $"{id};c@d.test;;a.pdf;{Sha256};;northbank";

    private async Task<BatchManifest> ManifestAsync(string csv, int linesPerChunk = 500, string mapping = Mapping, Encoding? encoding = null)
    {
        var blobs = new BlobServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        var container = blobs.GetBlobContainerClient("statements");
        await container.CreateAsync(cancellationToken: Cancellation);
        await container.GetBlobClient(Order.Manifest).UploadAsync(new BinaryData((encoding ?? Encoding.UTF8).GetBytes(csv)), Cancellation);
        await container.GetBlobClient(Order.Mapping).UploadAsync(new BinaryData(mapping), Cancellation);
        return new BatchManifest(blobs, Options.Create(new IntakeOptions { LinesPerChunk = linesPerChunk }));
    }
}
