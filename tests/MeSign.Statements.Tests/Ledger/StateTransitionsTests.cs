using MeSign.Statements.Ledger;

namespace MeSign.Statements.Tests.Ledger;

public class StateTransitionsTests
{
    private static readonly StatementState[] All = Enum.GetValues<StatementState>();

    [Fact]
    public void Only_submitting_leads_to_uncertain() =>
        All.Where(from => StateTransitions.IsLegal(from, StatementState.Uncertain)).ShouldBe([StatementState.Submitting]);

    [Fact]
    public void What_has_not_been_made_is_not_deferred() =>
        All.Where(from => StateTransitions.IsLegal(from, StatementState.Deferred)).ShouldBe([StatementState.Sealed, StatementState.Submitting, StatementState.Deferred]);

    [Fact]
    public void Only_the_outbox_and_a_deferral_lead_to_submitting()
    {
        var from = All.Where(state => StateTransitions.IsLegal(state, StatementState.Submitting));

        from.ShouldBe([StatementState.Sealed, StatementState.Deferred], ignoreOrder: true);
    }

    [Fact]
    public void What_may_have_left_is_never_given_up_as_not_sent()
    {
        foreach (var from in new[] { StatementState.Submitting, StatementState.Uncertain, StatementState.Relayed })
        {
            foreach (var to in new[] { StatementState.Abandoned, StatementState.Expired, StatementState.Suppressed, StatementState.Held })
                StateTransitions.IsLegal(from, to).ShouldBeFalse($"{from} to {to}");
        }
    }

    [Theory]
    [InlineData(StatementState.Failed)]
    [InlineData(StatementState.Suppressed)]
    [InlineData(StatementState.Expired)]
    [InlineData(StatementState.Bounced)]
    public void Leads_nowhere_from_an_end(StatementState end) => All.ShouldAllBe(to => !StateTransitions.IsLegal(end, to));

    [Fact]
    public void Every_state_on_the_way_can_end()
    {
        foreach (var from in All.Where(state => !state.IsEnd()))
            All.Any(to => to.IsEnd() && StateTransitions.IsLegal(from, to)).ShouldBeTrue($"{from}");
    }

    [Fact]
    public void Only_a_deferral_leads_to_itself() => All.Where(state => StateTransitions.IsLegal(state, state)).ShouldBe([StatementState.Deferred]);
}
