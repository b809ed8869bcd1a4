namespace MeSign.Statements.Sandbox.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Count">Jobs to drop, at least <see cref="DemoPlan.Fewest"/>.</param>
/// <param name="Out">Folder for everything that it leaves.</param>
/// <param name="Keep">Leave everything running until it is stopped.</param>
internal sealed record DemoOptions(int Count, string Out, bool Keep);
