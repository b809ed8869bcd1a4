using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Tests.Fixtures;

/// <summary>Every log line of a host, at every level, as an operator would read it.</summary>
internal sealed class CapturedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<CapturedLine> _lines = new();

    public IReadOnlyList<CapturedLine> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<CapturedLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new CapturedLine(
                category,
                logLevel,
                eventId,
                // The exception too: a console prints it whole.
                exception is null ? formatter(state, exception) : $"{formatter(state, exception)}\n{exception}",
                (state as IEnumerable<KeyValuePair<string, object?>>)?.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal)
                    ?? new Dictionary<string, object?>(StringComparer.Ordinal)));
    }
}

/// <param name="Text">The message and the exception.</param>
/// <param name="Values">The message's values by name.</param>
internal sealed record CapturedLine(string Category, LogLevel Level, EventId Event, string Text, IReadOnlyDictionary<string, object?> Values);
