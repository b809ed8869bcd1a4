using System.Text;
using System.Text.Json;

namespace MeSign.Statements.Delivery.Bounces;

/// <summary>
/// What Amazon SES says of a message through SNS: a JSON object, as the text of a mail or as the whole of a blob
/// ("Amazon SNS notification examples for Amazon SES").
/// </summary>
internal sealed record SesNotification(BounceKind Kind, IReadOnlyList<BouncedRecipient> Recipients, string? FeedbackType, string? MessageId)
{
    private const int MostRecipients = 100;

    private static readonly string[] RecipientLists = ["bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients"];

    /// <returns>Null for a text that is no such object.</returns>
    public static SesNotification? Read(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start.Length == 0 || start[0] != '{' || !(start.Contains("notificationType", StringComparison.Ordinal) || start.Contains("eventType", StringComparison.Ordinal)))
            return null;

        try
        {
            // Lines are folded on the way; the object is followed by a footer.
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(start.ToString().ReplaceLineEndings("")));
            using var json = JsonDocument.ParseValue(ref reader);
            var root = json.RootElement;
            // SNS wraps what it passes on, unless its raw delivery is on.
            if (Text(root, "Type") == "Notification" && Text(root, "Message") is { } wrapped)
                return Read(wrapped);

            var type = (Text(root, "notificationType") ?? Text(root, "eventType"))?.ToLowerInvariant();
            var kind = type switch
            {
                "bounce" => BounceKind.Failure,
                "complaint" => BounceKind.Complaint,
                "delivery" => BounceKind.Success,
                "deliverydelay" => BounceKind.Delayed,
                _ => BounceKind.NotABounce,
            };
            var about = Part(root, type is "deliverydelay" ? "deliveryDelay" : type ?? "");
            if (kind == BounceKind.NotABounce || about is not { } said)
                return null;

            var mail = Part(root, "mail");
            var id = mail is { } message ? Part(message, "commonHeaders") is { } header ? Text(header, "messageId") : null : null;
            return new SesNotification(kind, [.. Named(said, kind)], kind == BounceKind.Complaint ? Text(said, "complaintFeedbackType") ?? "abuse" : null, BounceAddresses.MessageId(id));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<BouncedRecipient> Named(JsonElement said, BounceKind kind) =>
        RecipientLists
            .Select(name => Part(said, name))
            .Where(list => list?.ValueKind == JsonValueKind.Array)
            .SelectMany(list => list!.Value.EnumerateArray())
            .Take(MostRecipients)
            .Select(entry =>
            {
                var address = entry.ValueKind == JsonValueKind.String ? entry.GetString() : Text(entry, "emailAddress");
                var diagnostic = Text(entry, "diagnosticCode") ?? "";
                return kind is BounceKind.Failure or BounceKind.Delayed
                    ? BounceClassifier.Explain(BounceAddresses.Of(address), kind, ReplyText.Status(Text(entry, "status")), diagnostic, [BounceAddresses.WithoutType(diagnostic)])
                    : new BouncedRecipient(BounceAddresses.Of(address), kind, BounceClass.Uncategorized, kind == BounceKind.Success ? "2.0.0" : null, null, null);
            });

    private static JsonElement? Part(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var found) ? found : null;

    private static string? Text(JsonElement element, string name) =>
        Part(element, name) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;
}
