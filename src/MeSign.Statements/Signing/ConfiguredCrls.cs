using MeSign.Statements.Trust;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Signing;

/// <summary>The CRLs of <see cref="RevocationOptions.Crls"/>, read again when their files change.</summary>
internal sealed partial class ConfiguredCrls(IOptions<RevocationOptions> options, TimeProvider time, ILogger<ConfiguredCrls> logger)
{
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private CrlSet _current = CrlSet.None;
    private string _stamp = "";
    private DateTimeOffset _lookAt = DateTimeOffset.MinValue;

    public CrlSet Current
    {
        get
        {
            if (options.Value.Crls.Count == 0)
                return CrlSet.None;

            lock (_gate)
            {
                if (time.GetUtcNow() >= _lookAt)
                    Look();
                return _current;
            }
        }
    }

    // A file that is being replaced must not undo what is known: the lists say themselves how long they are good.
    private void Look()
    {
        _lookAt = time.GetUtcNow() + LookAgain;
        try
        {
            var stamp = string.Join('\n', TrustFiles.Expand(options.Value.Crls).Select(Stamp));
            if (stamp == _stamp)
                return;
            _current = CrlSet.Load(options.Value.Crls);
            _stamp = stamp;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Log.NotRead(logger, e);
        }
    }

    private static string Stamp(string file)
    {
        var info = new FileInfo(file);
        return $"{file} {info.Length} {info.LastWriteTimeUtc:O}";
    }

    private static partial class Log
    {
        [LoggerMessage(2103, LogLevel.Warning, "The configured CRLs could not be read again; those read before stay in use until they expire")]
        public static partial void NotRead(ILogger logger, Exception fault);
    }
}
