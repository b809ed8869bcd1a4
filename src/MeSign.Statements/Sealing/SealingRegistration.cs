using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MeSign.Statements.Sealing;

internal static class SealingRegistration
{
    /// <summary>Needs <c>CmsSigner</c>. Settings under <c>MeSign:Sealing</c>.</summary>
    public static IServiceCollection AddSealing(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<SealingOptions>().BindConfiguration(SealingOptions.Section);
        services.AddSingleton<IValidateOptions<SealingOptions>, SealingOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<TemplateFolder>()
            .AddSingleton<TemplateLogo>()
            .AddSingleton<TemplateInventory>()
            .AddSingleton<TemplateRenderer>()
            .AddSingleton<MessageComposer>()
            .AddSingleton<RecipientKeyCache>()
            .AddSingleton<MessageSealer>();
    }
}
