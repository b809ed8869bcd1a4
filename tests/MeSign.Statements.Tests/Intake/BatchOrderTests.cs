using System.Text;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Intake;

public class BatchOrderTests
{
    [Fact]
    public void Reads_the_order_of_a_bank()
    {
        var json = """{"version":1,"batch":"2026-10","manifest":"2026-10/manifest.jsonl","from":0}""";

        var plain = BatchOrder.Read(BinaryData.FromString(json));
        var encoded = BatchOrder.Read(BinaryData.FromString(Convert.ToBase64String(Encoding.UTF8.GetBytes(json))));

        plain.ShouldBe(new BatchOrder("2026-10", "2026-10/manifest.jsonl"));
        encoded.ShouldBe(plain);
    }

    [Fact]
    public void Reads_what_it_wrote()
    {
        var order = new BatchOrder("2026-10", "říjen/manifest.jsonl", 123_456_789_012, 4711, "\"0x8DBC\"", DataLines: 4700);

        BatchOrder.Read(order.ToJson()).ShouldBe(order);
    }

    [Fact]
    public void Counts_every_line_of_an_order_that_does_not_say_which_hold_data() =>
        BatchOrder.Read(BinaryData.FromString("""{"version":1,"batch":"b","manifest":"m","from":90,"line":7}""")).DataLines.ShouldBe(7);

    [Theory]
    [InlineData("hello", FailureCode.UnreadableJob, "the message is neither JSON nor Base64 of JSON: send one JSON object")]
    [InlineData("""{"version":2,"batch":"b","manifest":"m"}""", FailureCode.UnknownVersion, "version 2 is unknown: this release reads 1")]
    [InlineData("""{"version":1,"manifest":"m"}""", FailureCode.MissingField, "batch is absent: it is required")]
    [InlineData("""{"version":1,"batch":"b"}""", FailureCode.MissingField, "manifest is absent: it is required")]
    [InlineData("""{"version":1,"batch":"a b","manifest":"m"}""", FailureCode.InvalidField, "batch \"a b\" is not an id: A–Z a–z 0–9 . _ - only, a letter or digit first")]
    [InlineData("""{"version":1,"batch":"b","manifest":"../sealed/m"}""", FailureCode.DocumentNotAllowed,
        "manifest \"../sealed/m\" has a segment that ends in a dot: it would lead out of the statements container, or nowhere")]
    [InlineData("""{"version":1,"batch":"b","manifest":"m","from":-1}""", FailureCode.InvalidField, "from is not a whole number from 0")]
    [InlineData("""{"version":1,"batch":"b","manifest":"m","from":1.5}""", FailureCode.InvalidField, "from is not a whole number from 0")]
    [InlineData("""{"version":1,"batch":"b","manifest":"m","etag":"a\nb"}""", FailureCode.UnsafeHeader, "etag holds the control character U+000A: send one line of plain text")]
    [InlineData("""{"version":1,"batch":"b","manifest":"m","to":5}""", FailureCode.UnknownField,
        "to is not a field of the contract: a version 1 message has version, batch, manifest, mapping, from, line, dataLines, etag")]
    public void Refuses_an_order_that_is_not_one(string body, FailureCode code, string detail)
    {
        var failure = Should.Throw<StatementFailedException>(() => BatchOrder.Read(BinaryData.FromString(body)));

        (failure.Code, failure.Detail).ShouldBe((code, detail));
    }
}
