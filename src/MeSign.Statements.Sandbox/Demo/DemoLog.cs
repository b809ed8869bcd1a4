using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MeSign.Statements.Sandbox.Demo;

/// <summary>The product's log as a file, a line an event: the screen belongs to the demo.</summary>
internal sealed class DemoLog(string path, TimeProvider time) : ILoggerProvider
{
    private readonly StreamWriter _file = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
    private readonly Lock _writing = new();
    private bool _closed;

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
        lock (_writing)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? exception)
    {
        var now = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        lock (_writing)
        {
            if (_closed)
                return;
            _file.WriteLine($"{now} {level} {category}: {message}");
            if (exception is not null)
                _file.WriteLine(exception);
        }
    }

    private sealed class Writer(DemoLog log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Write(logLevel, category, formatter(state, exception), exception);
    }
}
