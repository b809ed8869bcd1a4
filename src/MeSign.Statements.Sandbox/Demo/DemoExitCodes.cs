namespace MeSign.Statements.Sandbox.Demo;

internal static class DemoExitCodes
{
    public const int Ok = 0;

    /// <summary>Something is not as it should be, or the demo was stopped before it could tell.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong: nothing was done.</summary>
    public const int Usage = 2;
}
