using System.Net.Sockets;
using Azure;

namespace MeSign.Statements.Cli.Runner;

/// <summary>
/// An exception in words that are safe to log: types, codes and the place, never its message, which may quote an address
/// or a reply of a mail server.
/// </summary>
internal static class ExceptionSummary
{
    public static string Of(Exception exception)
    {
        var chain = new List<string>();
        for (var at = exception; at is not null && chain.Count < 5; at = at.InnerException)
            chain.Add(One(at));

        var place = exception.StackTrace?.Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.Contains("MeSign.Statements", StringComparison.Ordinal));

        return string.Join(" < ", chain) + (place is null ? "" : " " + place);
    }

    private static string One(Exception exception) => exception switch
    {
        // Its reason is written for the log.
        StatementDelayedException delayed => $"delayed: {delayed.Message}",
        StatementFailedException failed => $"failed: {failed.Code}",
        RequestFailedException request => $"{request.GetType().Name} {request.Status} {request.ErrorCode}".TrimEnd(),
        SocketException socket => $"{socket.GetType().Name} {socket.SocketErrorCode}",
        _ => exception.GetType().Name,
    };
}
