using System.Collections.Concurrent;
using System.Security.Cryptography;
using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>
/// Gets RFC 3161 tokens: asks the servers in order until one gives a token that passes every check. A server that fails is
/// left alone for a while; it is never asked twice for one token.
/// </summary>
public sealed partial class TimestampClient : IDisposable
{
    // A token's size moves by a few bytes with its serial number and accuracy, and when the authority's name changes.
    private const int Margin = 512;

    private readonly ConcurrentDictionary<Uri, TimestampServer> _servers = new();
    private readonly IOptions<TimestampOptions> _options;
    private readonly TimeProvider _time;
    private readonly ILogger<TimestampClient> _logger;
    private readonly TimestampMetrics _metrics;
    private readonly HttpMessageHandler? _network;
    private readonly Lazy<AuthorityPaths> _paths;

    /// <param name="network">What every request goes to, in place of connections to the servers.</param>
    internal TimestampClient(
        IOptions<TimestampOptions> options,
        TimeProvider time,
        ILogger<TimestampClient> logger,
        TimestampMetrics metrics,
        ConfiguredCrls crls,
        HttpMessageHandler? network = null)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _metrics = metrics;
        _network = network;
        _paths = new(() => new(TrustAnchors.Load(options.Value.Roots), crls, time));
    }

    /// <summary>Gets a token for a digest.</summary>
    /// <param name="digest">The imprint, of the hash's length.</param>
    /// <param name="servers">At least one; asked in this order.</param>
    /// <exception cref="StatementDelayedException">No server gives a token now; says when the first of them may be asked again, if they said.</exception>
    public async Task<TimestampToken> StampAsync(
        ReadOnlyMemory<byte> digest, HashAlgorithmName hash, IReadOnlyList<Uri> servers, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(servers.Count, nameof(servers));

        var began = _time.GetTimestamp();
        var problems = new List<string>(servers.Count);
        var candidates = servers.Select(Find).ToList();
        while (true)
        {
            // The shortest wait for a server that has only had enough requests for now.
            TimeSpan? turn = null;
            foreach (var server in candidates.ToList())
            {
                if (server.Enter() is not { } pause)
                {
                    if (await TryAskAsync(server, digest, hash, problems, cancellationToken) is { } token)
                        return token;
                    candidates.Remove(server);
                }
                else if (pause.IsBusy)
                {
                    _metrics.Asked(server.Address, "busy");
                    turn = turn < pause.For ? turn : pause.For;
                }
                else
                {
                    _metrics.Asked(server.Address, "skipped");
                    problems.Add($"{server.Address.Host} is left alone for {Math.Ceiling(pause.For.TotalSeconds)} s");
                    candidates.Remove(server);
                }
            }

            if (turn is not { } wait)
                throw new StatementDelayedException($"No timestamp: {string.Join("; ", problems)}.", FirstOpening(servers));
            if (_time.GetElapsedTime(began) + wait > _options.Value.Timeout)
                throw new StatementDelayedException($"No timestamp: {string.Join("; ", problems.Concat(candidates.Select(busy => $"{busy.Address.Host} has more requests than MaxPerSecond allows")))}.", wait);
            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    /// <summary>Why a server may not be asked as it is set up, in words that follow its address; null where it may.</summary>
    public string? ProblemWith(Uri server) => Find(server).Transport.Problem();

    /// <summary>Bytes to reserve for a token of these servers: the largest that they sent, with a margin.</summary>
    public int ReservedBytes(IReadOnlyList<Uri> servers)
    {
        var largest = servers.Select(server => _servers.TryGetValue(server, out var known) ? known.LargestToken : 0).DefaultIfEmpty().Max();
        return largest == 0 ? _options.Value.ReservedBytes : largest + Margin;
    }

    public void Dispose()
    {
        foreach (var server in _servers.Values)
            server.Dispose();
    }

    private async Task<TimestampToken?> TryAskAsync(
        TimestampServer server, ReadOnlyMemory<byte> digest, HashAlgorithmName hash, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(server, digest, hash, cancellationToken);
        }
        catch (TimestampServerException e)
        {
            server.Failed(e.RetryAfter);
            _metrics.Asked(server.Address, e.Outcome);
            Log.Failed(_logger, server.Address.Host, e.Outcome, e.Message);
            problems.Add($"{server.Address.Host} {e.Message}");
            return null;
        }
    }

    private async Task<TimestampToken> AskAsync(
        TimestampServer server, ReadOnlyMemory<byte> digest, HashAlgorithmName hash, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var request = new TimestampRequest(digest, hash, server.Policy);
        var response = await server.Transport.PostAsync(request.Der, cancellationToken);
        var token = Check(request, TimestampResponse.Read(response));

        server.Succeeded(token.Der.Length);
        _metrics.Asked(server.Address, "granted");
        _metrics.Took(server.Address, _time.GetElapsedTime(started));
        return token;
    }

    private TimestampToken Check(TimestampRequest request, ReadOnlyMemory<byte> der)
    {
        var verdict = TimestampCheck.Run(
            der, hash => hash == request.Hash ? request.Digest.ToArray() : [], _paths.Value.Check, out var info, _paths.Value.Load);
        if (!verdict.IsValid || info is null)
            throw new TimestampServerException("untrusted", $"sent a token that is not valid: {string.Join(" ", verdict.Problems).TrimEnd('.')}");
        if (info.HashAlgorithmId.Value != HashAlgorithms.Oid(request.Hash))
            throw new TimestampServerException("malformed", "stamped another hash than was asked for");

        // RFC 3161 §2.4.2: without our nonce the token may be one that somebody kept.
        if (info.GetNonce() is not { } nonce || !nonce.Span.SequenceEqual(request.Nonce.Span))
            throw new TimestampServerException("malformed", "did not repeat the nonce");
        if (request.Policy is { } policy && info.PolicyId.Value != policy)
            throw new TimestampServerException("untrusted", $"stamped under the policy {info.PolicyId.Value}, not {policy}");
        if (info.AccuracyInMicroseconds is { } accuracy && TimeSpan.FromMicroseconds(accuracy) > _options.Value.MaxClockSkew)
            throw new TimestampServerException("untrusted", $"states its time to {TimeSpan.FromMicroseconds(accuracy)} only, more than {_options.Value.MaxClockSkew}");
        if ((info.Timestamp - _time.GetUtcNow()).Duration() > _options.Value.MaxClockSkew + Accuracy(info.AccuracyInMicroseconds))
            throw new TimestampServerException("untrusted", $"has a clock that differs from ours by more than {_options.Value.MaxClockSkew}");

        return new(der, info.Timestamp, verdict.Certificate!) { Path = verdict.Path };
    }

    // The authority's own tolerance counts, but no more than a second of it: it is not a way around the limit.
    private static TimeSpan Accuracy(long? microseconds) =>
        TimeSpan.FromMicroseconds(Math.Clamp(microseconds ?? 0, 0, 1_000_000));

    private TimestampServer Find(Uri address) => _servers.GetOrAdd(address, uri => new(uri, _options.Value, _time, _network));

    private TimeSpan? FirstOpening(IReadOnlyList<Uri> servers)
    {
        var first = servers.Min(server => Find(server).ClosedFor());
        return first > TimeSpan.Zero ? first : null;
    }

    private static partial class Log
    {
        [LoggerMessage(2102, LogLevel.Warning, "Timestamp server {Server} gave no token ({Outcome}): it {Problem}")]
        public static partial void Failed(ILogger logger, string server, string outcome, string problem);
    }
}
