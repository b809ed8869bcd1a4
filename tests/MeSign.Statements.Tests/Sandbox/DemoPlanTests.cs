using System.Text.Json;
using MeSign.Statements.Sandbox;
using MeSign.Statements.Sandbox.Authority;
using MeSign.Statements.Sandbox.Demo;

namespace MeSign.Statements.Tests.Sandbox;

public class DemoPlanTests
{
    private static readonly DateOnly Today = new(2026, 1, 31);

    [Theory]
    [InlineData(DemoPlan.Fewest)]
    [InlineData(20)]
    [InlineData(200)]
    public void Has_every_case_once_whatever_the_count(int count)
    {
        var plan = DemoPlan.Make(count, Today);

        plan.Jobs.Count.ShouldBe(count);
        plan.Jobs.Select(job => job.Id).Distinct(StringComparer.Ordinal).Count().ShouldBe(count);
        foreach (var special in Enum.GetValues<DemoCase>().Where(one => one != DemoCase.Ordinary))
            plan.Jobs.Count(job => job.Case == special).ShouldBe(1, special.ToString());
    }

    [Fact]
    public void Gives_certificates_to_those_who_must_get_encrypted_mail_and_to_nobody_else()
    {
        var plan = DemoPlan.Make(200, Today);

        var good = plan.Certificates.Where(order => order.Fault == RecipientFault.None).Select(order => order.Address).ToList();
        plan.Jobs.Where(job => job.ExpectedEncrypted == true).Select(job => job.Recipient.Email).Distinct(StringComparer.Ordinal)
            .ShouldBe(good, ignoreOrder: true);
        plan.Jobs.Where(job => job.Case == DemoCase.ExpiredCertificate).Select(job => job.Recipient.Email)
            .ShouldBe(plan.Certificates.Where(order => order.Fault == RecipientFault.Expired).Select(order => order.Address));
    }

    [Fact]
    public void Is_the_same_every_time_and_of_the_month_before()
    {
        var plan = DemoPlan.Make(50, Today);

        plan.Batch.ShouldBe("2025-12");
        plan.Jobs.ShouldBe(DemoPlan.Make(50, Today).Jobs);
    }

    [Fact]
    public void Knows_issuer_and_recipient_of_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var from = readme.IndexOf("<<'JSON'\n", StringComparison.Ordinal) + "<<'JSON'\n".Length;
        using var job = JsonDocument.Parse(readme[from..readme.IndexOf("\nJSON\n", from, StringComparison.Ordinal)]);
        var recipient = job.RootElement.GetProperty("recipient");

        job.RootElement.GetProperty("issuer").GetString().ShouldBe(RunningSandbox.IssuerId);
        DemoPlan.Make(DemoPlan.Fewest, Today).Certificates
            .ShouldContain(order => order.Fault == RecipientFault.None
                && order.Address == recipient.GetProperty("email").GetString() && order.Name == recipient.GetProperty("name").GetString());
    }
}
