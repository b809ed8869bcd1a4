using MeSign.Statements.Trust;

namespace MeSign.Statements.Tests.Trust;

public class IdentityLevelTests
{
    // CA/Browser Forum S/MIME Baseline Requirements 1.0, section 1.2.
    [Theory]
    [InlineData("2.23.140.1.5.1.1", IdentityValidation.Mailbox, BaselineProfile.Legacy)]
    [InlineData("2.23.140.1.5.1.3", IdentityValidation.Mailbox, BaselineProfile.Strict)]
    [InlineData("2.23.140.1.5.2.2", IdentityValidation.Organization, BaselineProfile.Multipurpose)]
    [InlineData("2.23.140.1.5.3.1", IdentityValidation.Sponsor, BaselineProfile.Legacy)]
    [InlineData("2.23.140.1.5.4.3", IdentityValidation.Individual, BaselineProfile.Strict)]
    [InlineData("2.23.140.1.5.5.1", IdentityValidation.Unknown, null)]
    [InlineData("2.23.140.1.5.1.4", IdentityValidation.Unknown, null)]
    [InlineData("2.23.140.1.5.1", IdentityValidation.Unknown, null)]
    [InlineData("2.23.140.1.5.1.1.1", IdentityValidation.Unknown, null)]
    [InlineData("2.23.140.1.2.1", IdentityValidation.Unknown, null)]
    public void Reads_the_baseline_policies(string policy, IdentityValidation validation, BaselineProfile? profile)
    {
        var certificate = TestAuthority.Shared.Issue(TestKeys.Get("P-256"), policy: policy);

        IdentityLevel.Of(certificate).ShouldBe(new IdentityLevel(validation, profile));
    }

    [Fact]
    public void A_certificate_without_policies_has_no_level()
    {
        IdentityLevel.Of(TestAuthority.Shared.Issue(TestKeys.Get("P-256"))).ShouldBe(IdentityLevel.Unknown);
    }
}
