using MeSign.Statements.Sandbox.Authority;

namespace MeSign.Statements.Sandbox;

/// <summary>What a sandbox is started with.</summary>
internal sealed record SandboxOptions
{
    /// <summary>The folder for every file of the sandbox; made where it is absent. See <see cref="SandboxFolder"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>People who get certificates and keys.</summary>
    public IReadOnlyList<RecipientOrder> Recipients { get; init; } = [];

    /// <summary>Keep the storage's data in the folder, so that it survives a restart; otherwise it is in memory.</summary>
    public bool KeepData { get; init; }

    /// <summary>What certificates are dated by and timestamps say.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
