using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Delivery;

/// <summary>Tells operators of every connection whose TLS was not as it must be, on the meter <c>MeSign.Statements.Relays</c> and in the log.</summary>
internal sealed partial class RelayTlsFaults
{
    public const string MeterName = "MeSign.Statements.Relays";

    private readonly Counter<long> _faults;
    private readonly ILogger<RelayTlsFaults> _logger;

    public RelayTlsFaults(IMeterFactory factory, ILogger<RelayTlsFaults> logger)
    {
        _faults = factory.Create(MeterName).CreateCounter<long>("mesign.relay.tls_faults", "{connection}", "Connections to relays whose TLS was not as it must be, by relay, fault and policy.");
        _logger = logger;
    }

    /// <param name="relay">Key under <c>MeSign:Relays</c>.</param>
    public void Report(string relay, TlsFault fault, TlsPolicy policy)
    {
        _faults.Add(
            1,
            new KeyValuePair<string, object?>("relay", relay),
            new KeyValuePair<string, object?>("fault", fault.ToString()),
            new KeyValuePair<string, object?>("policy", policy.ToString()));
        if (policy == TlsPolicy.Testing && fault != TlsFault.StarttlsNotSupported)
            Log.Passed(_logger, relay, fault);
        else
            Log.Refused(_logger, relay, fault);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Relay {Relay}: {Fault}, nothing is sent")]
        public static partial void Refused(ILogger logger, string relay, TlsFault fault);

        [LoggerMessage(LogLevel.Warning, "Relay {Relay}: {Fault}, sent all the same while TlsPolicy is Testing")]
        public static partial void Passed(ILogger logger, string relay, TlsFault fault);
    }
}
