using System.Collections.Concurrent;
using MeSign.Statements.Sandbox.Smtp;

namespace MeSign.Statements.Tests.Crashes;

/// <summary>
/// Counts the steps that are taken towards the outside for one schedule, by whichever worker (before and after each request to
/// storage, each point of an SMTP dialogue, each timestamp request), and says at which of them the worker dies that takes it.
/// </summary>
/// <param name="deaths">Steps since the death before; 1 the first.</param>
/// <param name="loses">Whether what a dead worker had sent of a message is lost with its connection; it arrives otherwise.</param>
/// <param name="relay">What the relay does wrong by itself, once.</param>
/// <param name="places">Where workers died, for the report.</param>
internal sealed class CrashPlan(IReadOnlyList<int> deaths, bool loses, Misbehaviour? relay, ConcurrentDictionary<string, int> places)
{
    private readonly Lock _gate = new();
    private int _steps;

    public IReadOnlyList<int> At => deaths;

    /// <summary>How many died so far.</summary>
    public int Deaths { get; private set; }

    /// <summary>How often a message was handed to two workers.</summary>
    public int Doubled { get; set; }

    public bool Loses => loses;

    public Misbehaviour? Relay => relay;

    /// <returns>False where the worker dies of this step.</returns>
    public bool Survives(string place)
    {
        lock (_gate)
        {
            if (Deaths == deaths.Count || ++_steps < deaths[Deaths])
                return true;
            (Deaths, _steps) = (Deaths + 1, 0);
        }

        places.AddOrUpdate(place, 1, (_, count) => count + 1);
        return false;
    }
}
