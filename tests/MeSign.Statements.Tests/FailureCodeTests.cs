namespace MeSign.Statements.Tests;

public class FailureCodeTests
{
    [Fact]
    public void Failure_keeps_its_code_and_detail()
    {
        var failure = new StatementFailedException(FailureCode.MissingField, "recipient.email is absent: give one address");

        failure.Code.ShouldBe(FailureCode.MissingField);
        failure.Message.ShouldBe("recipient.email is absent: give one address");
    }
}
