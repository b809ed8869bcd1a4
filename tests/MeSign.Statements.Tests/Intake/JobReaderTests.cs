using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Intake;

public class JobReaderTests
{
    private readonly JobReader reader = new();

    public static TheoryData<JobCase> Cases => [.. JobCases.All];

    [Fact]
    public void Reads_every_field()
    {
        var json = Encoding.UTF8.GetBytes(JobCase.Good().ToJsonString());

        var job = reader.Read(new BinaryData(json));

        job.Id.ShouldBe("000123");
        job.Batch.ShouldBe("2026-10");
        job.Issuer.ShouldBe("northbank");
        job.Kind.ShouldBe(JobKind.Statement);
        job.Document.ShouldBe(new JobDocument("2026-10/000123.pdf", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "Statement 2026-10.pdf"));
        job.Recipient.ShouldBe(new JobRecipient("jana@example.test", "Jana Nováková", "cs-CZ"));
        job.Template.ShouldBe("statement");
        job.Fields["period"].GetString().ShouldBe("říjen 2026");
        job.Encryption.ShouldBe(EncryptionPolicy.Required);
        job.Expires.ShouldBe(DateTimeOffset.Parse("2026-12-31T00:00:00Z", CultureInfo.InvariantCulture));
        job.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(json)));
    }

    [Fact]
    public void Fills_in_what_may_be_left_out()
    {
        var job = reader.Read(BinaryData.FromString("""{"version":1,"id":"1","issuer":"n","kind":"code","recipient":{"email":"a@b.test"}}"""));

        job.Batch.ShouldBe("single");
        job.Template.ShouldBe("code");
        job.Document.ShouldBeNull();
        job.Fields.ShouldBeEmpty();
        job.Encryption.ShouldBeNull();
        job.Expires.ShouldBeNull();
        job.Recipient.ShouldBe(new JobRecipient("a@b.test", null, null));
    }

    [Theory, MemberData(nameof(Cases))]
    public void Treats_each_case_of_the_contract_as_the_table_says(JobCase row)
    {
        var body = BinaryData.FromString(row.Json);

        if (row.Code is null)
        {
            Should.NotThrow(() => reader.Read(body));
            return;
        }

        var failure = Should.Throw<StatementFailedException>(() => reader.Read(body));
        (failure.Code, failure.Detail).ShouldBe((row.Code.Value, row.Detail!));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("plain with a byte order mark")]
    [InlineData("Base64")]
    [InlineData("Base64 of a byte order mark and JSON")]
    [InlineData("plain after a line break")]
    public void Reads_the_same_job_from_every_transport_form(string form)
    {
        var json = Encoding.UTF8.GetBytes(JobCase.Good().ToJsonString());
        byte[] marked = [0xEF, 0xBB, 0xBF, .. json];
        byte[] body = form switch
        {
            "plain" => json,
            "plain with a byte order mark" => marked,
            "Base64" => Encoding.ASCII.GetBytes(Convert.ToBase64String(json)),
            "Base64 of a byte order mark and JSON" => Encoding.ASCII.GetBytes(Convert.ToBase64String(marked)),
            _ => [(byte)'\n', .. json],
        };

        var job = reader.Read(new BinaryData(body));

        job.Recipient.Name.ShouldBe("Jana Nováková");
    }

    [Theory]
    [InlineData("", "the message is neither JSON nor Base64 of JSON: send one JSON object")]
    [InlineData("hello", "the message is neither JSON nor Base64 of JSON: send one JSON object")]
    [InlineData("[1]", "the message is neither JSON nor Base64 of JSON: send one JSON object")]
    [InlineData("aGVsbG8=", "the message is neither JSON nor Base64 of JSON: send one JSON object")]
    [InlineData("{\"version\":1,\n\"id\":}", "the job is not JSON: the fault is in line 2, byte 6")]
    [InlineData("{\"version\":1} x", "the job is not JSON: the fault is in line 1, byte 15")]
    [InlineData("{\"version\":1,}", "the job is not JSON: the fault is in line 1, byte 14")]
    [InlineData("{\"version\":1 /* one */}", "the job is not JSON: the fault is in line 1, byte 14")]
    public void Refuses_what_is_not_JSON(string body, string detail)
    {
        var failure = Should.Throw<StatementFailedException>(() => reader.Read(BinaryData.FromString(body)));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.UnreadableJob, detail));
    }

    [Fact]
    public void Refuses_bytes_that_are_not_UTF_8()
    {
        byte[] body = [.. "{\"version\":1,\"id\":\""u8, 0xC3, 0x28, .. "\"}"u8];

        var failure = Should.Throw<StatementFailedException>(() => reader.Read(new BinaryData(body)));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.UnreadableJob, "the job is not UTF-8: encode it so"));
    }

    [Theory]
    [InlineData("""{"version":1,"\ud800":"x"}""", FailureCode.UnknownField)]
    [InlineData("""{"version":1,"id":"\ud800","issuer":"n","kind":"code","recipient":{"email":"a@b.test"}}""", FailureCode.InvalidField)]
    [InlineData("""{"version":1,"id":"1","issuer":"n","kind":"code","recipient":{"email":"a@b.test"},"fields":{"a":"\udc00"}}""", FailureCode.InvalidField)]
    [InlineData("""{"version":1,"id":"1","issuer":"n","kind":"code","recipient":{"email":"a@b.test"},"fields":{"\udc00":1}}""", FailureCode.UnknownField)]
    public void Refuses_half_a_surrogate_pair_wherever_it_stands(string json, FailureCode code)
    {
        var failure = Should.Throw<StatementFailedException>(() => reader.Read(BinaryData.FromString(json)));

        failure.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("""{"version":1,"version":1}""", "version is given twice: keep one")]
    [InlineData("""{"version":1,"id":"1","\u0069d":"2","issuer":"n","kind":"code","recipient":{"email":"a@b.test"}}""", "id is given twice: keep one")]
    [InlineData("""{"version":1,"id":"1","issuer":"n","kind":"code","recipient":{"email":"a@b.test","email":"c@d.test"}}""", "recipient.email is given twice: keep one")]
    [InlineData("""{"version":1,"id":"1","issuer":"n","kind":"code","recipient":{"email":"a@b.test"},"fields":{"a":[{"b":1,"b":2}]}}""", "fields.a[0].b is given twice: keep one")]
    public void Refuses_a_field_given_twice(string json, string detail)
    {
        var failure = Should.Throw<StatementFailedException>(() => reader.Read(BinaryData.FromString(json)));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.InvalidField, detail));
    }

    [Fact]
    public void Reads_a_job_of_exactly_the_largest_size_and_refuses_one_byte_more()
    {
        var largest = JobOfBytes(48 * 1024);
        var larger = JobOfBytes(48 * 1024 + 1);

        reader.Read(new BinaryData(largest)).Fields.ShouldContainKey("text");
        var failure = Should.Throw<StatementFailedException>(() => reader.Read(new BinaryData(larger)));

        (failure.Code, failure.Detail).ShouldBe((FailureCode.OversizedField, "the job is 49,153 bytes of JSON: at most 49,152 are read"));
        Convert.ToBase64String(largest).Length.ShouldBeLessThanOrEqualTo(64 * 1024);
    }

    [Fact]
    public void Ends_in_a_job_or_a_failure_for_every_damage_to_a_job()
    {
        var good = Encoding.UTF8.GetBytes(JobCase.Good().ToJsonString());

        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var damaged = good[..Math.Max(length, at + 1)];
            damaged[at] = value;
            try
            {
                reader.Read(new BinaryData(damaged));
            }
            catch (StatementFailedException)
            {
            }

            JobIdentity.Find(new BinaryData(damaged), "m1").Job.ShouldNotBeEmpty();
        }, iter: 20_000);
    }

    private static byte[] JobOfBytes(int length)
    {
        var job = JobCase.Good();
        job["fields"] = new System.Text.Json.Nodes.JsonObject { ["text"] = "" };
        var rest = length - Encoding.UTF8.GetByteCount(job.ToJsonString());
        job["fields"]!["text"] = new string('x', rest);
        return Encoding.UTF8.GetBytes(job.ToJsonString());
    }
}
