using System.Text;
using MeSign.Statements.Intake;

namespace MeSign.Statements.Tests.Intake;

public class JobIdentityTests
{
    private const string MessageId = "3f1c9a52-0d5e-4c3e-9f6b-0a4f0e1c7d11";

    [Theory]
    [InlineData("""{"version":1,"id":"7","batch":"b","issuer":"north"}""", "b", "7", "north")]
    [InlineData("""{"version":9,"id":"7","issuer":"north","new":{"id":"8"}}""", "single", "7", "north")]
    [InlineData("""{"id":"7","batch":5}""", "unreadable", "7", null)]
    [InlineData("""{"id":"7","batch":"a b"}""", "unreadable", "7", null)]
    [InlineData("""{"id":"7","batch":"b","recipient":{"email":""", "b", "7", null)]
    [InlineData("""{"id":"7","recipient":{"email":""", "unreadable", "7", null)]
    [InlineData("""{"id":"7","id":"8","batch":"b","issuer":"north"}""", "unreadable", MessageId, "north")]
    [InlineData("""{"id":"7\n","batch":"b"}""", "unreadable", MessageId, null)]
    [InlineData("""{"id":"\ud800","batch":"b"}""", "unreadable", MessageId, null)]
    [InlineData("""{"id":"7"} {}""", "unreadable", "7", null)]
    [InlineData("hello", "unreadable", MessageId, null)]
    [InlineData("", "unreadable", MessageId, null)]
    [InlineData("{", "unreadable", MessageId, null)]
    public void Finds_what_can_be_found(string body, string batch, string job, string? issuer)
    {
        var plain = JobIdentity.Find(BinaryData.FromString(body), MessageId);
        var encoded = JobIdentity.Find(BinaryData.FromString(Convert.ToBase64String(Encoding.UTF8.GetBytes(body))), MessageId);

        plain.ShouldBe(new JobIdentity(batch, job, issuer));
        encoded.ShouldBe(plain);
    }

    [Fact]
    public void Keeps_a_message_id_usable_as_a_key_whatever_it_holds()
    {
        var identity = JobIdentity.Find(BinaryData.FromString("hello"), "a/b\n");

        identity.Job.ShouldMatch("^[0-9a-f]{32}$");
    }
}
