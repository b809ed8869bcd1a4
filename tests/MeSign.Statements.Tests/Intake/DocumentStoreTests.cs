using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using MeSign.Statements.Intake;
using MeSign.Statements.Tests.Fixtures;

namespace MeSign.Statements.Tests.Intake;

public sealed class DocumentStoreTests(AzuriteFixture azurite)
{
    private const long Megabyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opens_a_document_as_it_was_uploaded()
    {
        var bytes = Pdf(300_000);
        var (store, document) = await StoreWithAsync("2026-10/říjen (1).pdf", bytes);

        var opened = await store.OpenAsync(document, bytes.Length, Cancellation);

        opened.ToArray().ShouldBe(bytes);
    }

    [Fact]
    public async Task Opens_a_document_whose_header_is_not_at_its_start()
    {
        byte[] bytes = [.. new byte[1019], .. "%PDF-1.4\n"u8];
        var (store, document) = await StoreWithAsync("a.pdf", bytes);

        (await store.OpenAsync(document, Megabyte, Cancellation)).Length.ShouldBe(bytes.Length);
    }

    [Fact]
    public async Task Refuses_a_document_that_does_not_exist()
    {
        var (store, document) = await StoreWithAsync("a.pdf", Pdf(100));

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document with { Blob = "b/c.pdf" }, Megabyte, Cancellation));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.DocumentNotFound, "document.blob \"b/c.pdf\" does not exist: upload it before its job is sent"));
    }

    [Fact]
    public async Task Refuses_a_document_one_byte_over_the_limit()
    {
        var (store, document) = await StoreWithAsync("a.pdf", Pdf(2001));

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document, 2000, Cancellation));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.DocumentTooLarge, "document.blob \"a.pdf\" is 2,001 bytes: the issuer allows 2,000"));
    }

    [Fact]
    public async Task Refuses_a_document_whose_hash_differs()
    {
        var bytes = Pdf(100);
        var (store, document) = await StoreWithAsync("a.pdf", bytes);
        var other = new string('0', 64);

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document with { Sha256 = other }, Megabyte, Cancellation));

        failure.Code.ShouldBe(FailureCode.DocumentHashMismatch);
        failure.Detail.ShouldBe($"document.blob \"a.pdf\" has the SHA-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}, the job states {other}: send a job for the blob as it is");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PK\u0003\u0004 a zip")]
    [InlineData("%PDX-1.7")]
    public async Task Refuses_a_document_that_is_not_a_PDF(string content)
    {
        var (store, document) = await StoreWithAsync("a.pdf", Encoding.UTF8.GetBytes(content));

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document, Megabyte, Cancellation));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.DocumentNotPdf, "document.blob \"a.pdf\" is not a PDF: no %PDF- in its first 1024 bytes"));
    }

    [Fact]
    public async Task Refuses_a_header_that_comes_too_late()
    {
        var (store, document) = await StoreWithAsync("a.pdf", [.. new byte[1020], .. "%PDF-1.4\n"u8]);

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document, Megabyte, Cancellation));

        failure.Code.ShouldBe(FailureCode.DocumentNotPdf);
    }

    [Fact]
    public async Task Refuses_a_name_that_leads_into_another_container_though_no_reader_saw_it()
    {
        var (store, document) = await StoreWithAsync("a.pdf", Pdf(100));

        var failure = await Should.ThrowAsync<StatementFailedException>(store.OpenAsync(document with { Blob = "../sealed/a.pdf" }, Megabyte, Cancellation));

        failure.Code.ShouldBe(FailureCode.DocumentNotAllowed);
    }

    [Fact]
    public async Task Blames_no_job_for_a_missing_container()
    {
        var storage = await azurite.NewAccountAsync();
        var store = new DocumentStore(new BlobServiceClient(storage.ConnectionString));

        var fault = await Should.ThrowAsync<RequestFailedException>(
            store.OpenAsync(new JobDocument("a.pdf", new string('0', 64), "a.pdf"), Megabyte, Cancellation));

        fault.ErrorCode.ShouldBe("ContainerNotFound");
    }

    private async Task<(DocumentStore Store, JobDocument Document)> StoreWithAsync(string blob, byte[] bytes)
    {
        var blobs = new BlobServiceClient((await azurite.NewAccountAsync()).ConnectionString);
        var container = blobs.GetBlobContainerClient("statements");
        await container.CreateIfNotExistsAsync(cancellationToken: Cancellation);
        await container.UploadBlobAsync(blob, new BinaryData(bytes), Cancellation);
        return (new DocumentStore(blobs), new JobDocument(blob, Convert.ToHexStringLower(SHA256.HashData(bytes)), "a.pdf"));
    }

    private static byte[] Pdf(int length) => [.. "%PDF-1.7\n"u8, .. RandomNumberGenerator.GetBytes(length - 9)];
}
