using System.Text.Json;
using System.Text.Json.Serialization;
using MeSign.Statements.Ledger;
using MeSign.Statements.Storage;

namespace MeSign.Statements.Delivery;

/// <summary>Body of a message on <c>statement-deliveries</c>: the sealed message of this statement is to be relayed.</summary>
public sealed record DeliveryOrder(string Batch, string Job)
{
    /// <summary>Reads Base64 of UTF-8 JSON, or the JSON as it is.</summary>
    /// <returns>Null where the body is no delivery order: nothing of ours wrote it.</returns>
    public static DeliveryOrder? Read(BinaryData body)
    {
        try
        {
            return QueueText.TryDecode(body) is { } json
                && JsonSerializer.Deserialize(json.Span, DeliveryJson.Default.DeliveryOrder) is { } order
                && StatementKey.IsPart(order.Batch) && StatementKey.IsPart(order.Job)
                    ? order
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonIgnore]
    public StatementKey Key => new(Batch, Job);
}
