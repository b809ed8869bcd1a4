namespace MeSign.Statements;

/// <summary>One queue message as a host hands it over.</summary>
/// <param name="Id">The queue's own id of the message.</param>
/// <param name="Body">The text as it stands on the queue: Base64 of JSON, or plain JSON.</param>
/// <param name="DequeueCount">1 at the first attempt.</param>
public sealed record QueuedMessage(string Id, BinaryData Body, long DequeueCount);
