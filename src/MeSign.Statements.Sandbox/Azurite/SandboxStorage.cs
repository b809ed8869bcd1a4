namespace MeSign.Statements.Sandbox.Azurite;

/// <summary>One account of a running Azurite: its own containers, queues and tables.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="ConnectionString">What the setting <c>StatementStorage</c> and the Azure clients take.</param>
internal sealed record SandboxStorage(string Account, string ConnectionString);
