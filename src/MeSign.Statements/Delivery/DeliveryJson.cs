using System.Text.Json.Serialization;

namespace MeSign.Statements.Delivery;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeliveryOrder))]
[JsonSerializable(typeof(StatementResult))]
[JsonSerializable(typeof(BatchCompletion))]
internal sealed partial class DeliveryJson : JsonSerializerContext;
