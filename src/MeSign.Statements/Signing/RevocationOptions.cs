using System.ComponentModel.DataAnnotations;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>How the revocation of signers and timestamp authorities is found out; section <c>MeSign:Revocation</c>.</summary>
public sealed class RevocationOptions
{
    public const string Section = "MeSign:Revocation";

    /// <summary>Files or folders with CRLs (PEM or DER), read again within five minutes of a change. Default none: everything is fetched.</summary>
    public IList<string> Crls { get; init; } = [];

    /// <summary>
    /// Whether OCSP and CRL servers may have loopback, private or link-local addresses. Default true: only the issuers' own
    /// certificates and those of their timestamp authorities are looked up here, and a bank's own CA answers in its own network. A
    /// redirect never leads to such an address: lists go over plain HTTP, where anyone on the way may answer. Through a proxy,
    /// its rules decide.
    /// </summary>
    public bool AllowPrivateAddresses { get; init; } = true;

    /// <summary>Time one server may take to answer. Default 10 s, 1 s to 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer is shared by all documents before a newer one is asked for; never longer than it is good. Default 1 h, 1 min to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan Refresh { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Largest OCSP response in bytes. Default 64 KiB, 4 KiB to 1 MiB.</summary>
    [Range(4 * 1024, 1024 * 1024)]
    public int MaxOcspBytes { get; init; } = 64 * 1024;

    /// <summary>Largest CRL in bytes. Default 16 MiB, 4 KiB to 64 MiB.</summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    public int MaxCrlBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>How far a server's clock may be ahead of ours. Default 5 minutes, 0 to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan MaxClockSkew { get; init; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class RevocationOptionsValidator : IValidateOptions<RevocationOptions>;

/// <summary>Looks into the files that the settings name, so that a wrong one stops the start.</summary>
internal sealed class RevocationFilesValidator : IValidateOptions<RevocationOptions>
{
    public ValidateOptionsResult Validate(string? name, RevocationOptions options)
    {
        try
        {
            _ = CrlSet.Load(options.Crls);
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return ValidateOptionsResult.Fail($"{RevocationOptions.Section}:Crls: {e.Message}");
        }
    }
}
