using System.Text.Json.Serialization;

namespace MeSign.Statements.Ledger;

[JsonSerializable(typeof(IReadOnlyDictionary<string, BatchPart>))]
internal sealed partial class LedgerJson : JsonSerializerContext;
