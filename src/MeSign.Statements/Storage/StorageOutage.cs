using System.Net.Sockets;
using Azure;
using Azure.Identity;

namespace MeSign.Statements.Storage;

/// <summary>Tells storage that cannot be reached, or refuses, from a fault of ours.</summary>
public static class StorageOutage
{
    public static bool Is(Exception exception) => exception switch
    {
        RequestFailedException or AuthenticationFailedException or HttpRequestException or IOException => true,
        // A connection that breaks while it is made: the runtime asks it for the other side's address and wraps nothing.
        SocketException => true,
        // A call that ran into its own time limit; callers look at their tokens first.
        OperationCanceledException => true,
        // What the client throws when its last retry fails too.
        AggregateException all => all.InnerExceptions.Count > 0 && all.InnerExceptions.All(Is),
        _ => false,
    };

    /// <summary>As <see cref="Is"/>, without what is said about one request: another time the same may go well.</summary>
    public static bool IsAway(Exception exception) => exception switch
    {
        // 0 where there was no answer; 403 while a role or a network rule is missing.
        RequestFailedException answer => answer.Status is < 400 or 403 or 408 or 429 or >= 500,
        AggregateException all => all.InnerExceptions.Count > 0 && all.InnerExceptions.All(IsAway),
        _ => Is(exception),
    };

    /// <summary>The service refused this one request (a lease, a legal hold, too large a body) and would do as asked about other things.</summary>
    public static bool IsRefusal(RequestFailedException exception) => exception.Status is 400 or 409 or 412 or 413;

    /// <summary>The message is no longer ours: someone else received it after its lease ran out, or finished it.</summary>
    public static bool IsLostMessage(RequestFailedException exception) =>
        exception.ErrorCode is "MessageNotFound" or "PopReceiptMismatch" or "QueueNotFound" || exception.Status == 404;
}
