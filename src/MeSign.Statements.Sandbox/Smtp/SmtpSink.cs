using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace MeSign.Statements.Sandbox.Smtp;

/// <summary>
/// An SMTP server (RFC 5321) for development: takes every message, forwards none, keeps each as a file, and misbehaves
/// where it is told to. Listens on 127.0.0.1 only.
/// </summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private readonly SmtpSinkOptions _options;
    private readonly TcpListener _listener;
    private readonly TcpListener? _tlsListener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, Task> _sessions = new();
    private readonly ConcurrentQueue<SinkMessage> _messages = new();
    private readonly List<Task> _accepting = [];
    private volatile IReadOnlyList<Misbehaviour> _misbehaviours = [];
    private int _connections;
    private int _lastNumber;

    private SmtpSink(SmtpSinkOptions options)
    {
        _options = options;
        _listener = Listen(options.Port);
        if (options.Certificate is { } certificate)
        {
            _tlsListener = Listen(options.ImplicitTlsPort);
            TlsOptions = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, options.Intermediates, offline: true),
                ClientCertificateRequired = options.AskForCertificate,
#pragma warning disable CA5359 // The sink lets everybody in, and tells the test which certificate it was shown.
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            };
        }
    }

    /// <summary>Port for plain text and STARTTLS.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Port for implicit TLS.</summary>
    /// <exception cref="InvalidOperationException">The sink has no certificate.</exception>
    public int ImplicitTlsPort => _tlsListener is { } listener
        ? ((IPEndPoint)listener.LocalEndpoint).Port
        : throw new InvalidOperationException("The sink was started without a certificate.");

    /// <summary>Everything stored since the start, in order of arrival.</summary>
    public IReadOnlyList<SinkMessage> Messages => [.. _messages];

    /// <summary>Messages stored since the start.</summary>
    public int Count => _messages.Count;

    /// <summary>Connections taken since the start.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Connections open now.</summary>
    public int OpenConnections => _sessions.Count;

    /// <summary>Asked first at each point of each dialogue, whether it misbehaves there and how.</summary>
    public Func<SmtpStage, Misbehaviour?>? Watch { get; set; }

    internal SmtpSinkOptions Options => _options;

    internal SslServerAuthenticationOptions? TlsOptions { get; }

    public static SmtpSink Start(SmtpSinkOptions options)
    {
        Directory.CreateDirectory(options.MailFolder);
        var sink = new SmtpSink(options);
        sink._lastNumber = Directory.EnumerateFiles(options.MailFolder, "*.eml").Select(NumberOf).DefaultIfEmpty().Max();
        sink._accepting.Add(sink.AcceptAsync(sink._listener, implicitTls: false));
        if (sink._tlsListener is { } tls)
            sink._accepting.Add(sink.AcceptAsync(tls, implicitTls: true));
        return sink;
    }

    /// <summary>Adds a misbehaviour; of several that apply, the first added wins.</summary>
    public void Misbehave(Misbehaviour misbehaviour)
    {
        lock (_accepting)
            _misbehaviours = [.. _misbehaviours, misbehaviour];
    }

    /// <summary>Forgets every misbehaviour.</summary>
    public void Behave()
    {
        lock (_accepting)
            _misbehaviours = [];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        _tlsListener?.Dispose();
        await Task.WhenAll(_accepting);
        await Task.WhenAll(_sessions.Values);
        _stopping.Dispose();
    }

    internal Misbehaviour? FaultAt(SmtpStage stage, params IEnumerable<string> recipients) =>
        Watch?.Invoke(stage) ?? _misbehaviours.FirstOrDefault(fault => fault.Takes(stage, recipients));

    internal async Task StoreAsync(ReadOnlyMemory<byte> content, string address, Func<int, string, SinkMessage> describe)
    {
        var number = Interlocked.Increment(ref _lastNumber);
        var path = Path.Combine(_options.MailFolder, FileName(number, address));
        // The sink's own stop must not leave half a file of a message that it took.
        await File.WriteAllBytesAsync(path, content, CancellationToken.None);
        _messages.Enqueue(describe(number, path));
    }

    private async Task AcceptAsync(TcpListener listener, bool implicitTls)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptSocketAsync(_stopping.Token);
                var id = Interlocked.Increment(ref _connections);
                var session = new SmtpSession(this, socket, implicitTls, refused: _sessions.Count >= _options.MaxConnections);
                // Stored before it can remove itself.
                var task = new Task<Task>(() => RunAsync(id, session));
                _sessions[id] = task.Unwrap();
                task.Start(TaskScheduler.Default);
            }
            catch (SocketException)
            {
                // A client that was gone before it was accepted.
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task RunAsync(int id, SmtpSession session)
    {
        using (session)
            await session.RunAsync(_stopping.Token);
        _sessions.TryRemove(id, out _);
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start(512);
        return listener;
    }

    // The address helps whoever looks into the folder; whatever a client sends, it stays one short plain file name.
    private static string FileName(int number, string address)
    {
        var safe = string.Concat(address.Select(c => char.IsAsciiLetterOrDigit(c) || c is '@' or '.' or '-' or '+' or '_' ? c : '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{number:000000}-{safe[..Math.Min(safe.Length, 80)]}.eml");
    }

    private static int NumberOf(string path) =>
        int.TryParse(Path.GetFileName(path).Split('-')[0], CultureInfo.InvariantCulture, out var number) ? number : 0;
}
