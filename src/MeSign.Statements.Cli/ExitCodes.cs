namespace MeSign.Statements.Cli;

/// <summary>What every command ends with; part of the contract with scripts.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>It was done and the answer is no, or it could not be done.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a setting is wrong: nothing was done.</summary>
    public const int Usage = 2;
}
